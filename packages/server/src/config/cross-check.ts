import { isLoopbackHost } from '@parley/platform/address'
import { phoneSettings } from './phone-settings.js'
import { prosodyRules } from './prosody-rules.js'
import type { Problem } from './resolve.js'
import type { Config, SettingKey } from './settings.js'
import { vendorSettings } from './vendor-settings.js'

/** Rules that concern more than one setting. */
export function crossCheck(config: Config): Problem[] {
  return [
    openDoor,
    lockedDoor,
    anyOrigin,
    plainKeys,
    plainVendors,
    spokenWords,
    halfCarriers,
    plainPublic,
    halfSupabase,
    halfRedis,
    plainBucket,
    newsFromNowhere,
    unaskedFacts,
    ...prosodyRules,
  ].flatMap(rule => rule(config) ?? [])
}

export type Rule = (config: Config) => Problem | readonly Problem[] | undefined

const knowsTokens = ({ jwtSecret, jwksUrl }: Config) => jwtSecret !== undefined || jwksUrl !== undefined

const openDoor: Rule = config => {
  if (isLoopbackHost(bracketed(config.host)) || knowsTokens(config)) return undefined
  return {
    level: 'error',
    name: 'HOST',
    sentence: `HOST=${config.host} lets other machines in, and they need tokens`,
    cure: 'Set JWT_SECRET (at least 32 characters) or JWKS_URL, or HOST=127.0.0.1.',
  }
}

const halfRedis: Rule = ({ redisEnabled, redisUrl }) => {
  if (!redisEnabled || redisUrl !== undefined) return undefined
  return {
    level: 'error',
    name: 'REDIS_ENABLED',
    sentence: 'REDIS_ENABLED asks for Redis, but its address is not known',
    cure: 'Set REDIS_URL, or REDIS_ENABLED=false.',
  }
}

/** Recordings, and the names of who talks in them, must not cross a network in the clear. */
const plainBucket: Rule = ({ recordingsEndpoint }) => {
  if (recordingsEndpoint === undefined) return undefined
  const { protocol, host } = new URL(recordingsEndpoint)
  if (protocol === 'https:' || isLoopbackHost(host)) return undefined
  return {
    level: 'error',
    name: 'PARLEY_RECORDINGS_S3_ENDPOINT',
    sentence: `PARLEY_RECORDINGS_S3_ENDPOINT would send recordings to ${host} in the clear`,
    cure: 'Use https; plain http is for this machine itself.',
  }
}

const newsFromNowhere: Rule = ({ facts, newsFeeds }) => {
  if (!facts.includes('news') || newsFeeds.length > 0) return undefined
  return {
    level: 'error',
    name: 'PARLEY_FACTS',
    sentence: 'PARLEY_FACTS asks for news, and nobody is named who tells them',
    cure: 'Set PARLEY_NEWS_FEEDS to feeds of your choice, or leave news out.',
  }
}

const unaskedFacts: Rule = ({ facts, llmProvider, realtimeProvider }) => {
  if (facts.length === 0 || llmProvider !== undefined || realtimeProvider !== undefined) return undefined
  return {
    level: 'warning',
    name: 'PARLEY_FACTS',
    sentence: 'PARLEY_FACTS is for a model, and PARLEY_LLM_PROVIDER names none: nobody uses them',
    cure: 'Set PARLEY_LLM_PROVIDER, or name facts in the agent’s file under context.',
  }
}

const lockedDoor: Rule = config => {
  if (!config.authRequired || knowsTokens(config)) return undefined
  return {
    level: 'error',
    name: 'PARLEY_AUTH_REQUIRED',
    sentence: 'PARLEY_AUTH_REQUIRED asks for tokens, but none can be verified',
    cure: 'Set JWT_SECRET (at least 32 characters) or JWKS_URL.',
  }
}

const anyOrigin: Rule = ({ corsOrigins, host }) => {
  if (!corsOrigins.includes('*')) return undefined
  const where = isLoopbackHost(bracketed(host))
    ? 'talk to this gateway from your browser'
    : 'use this gateway'
  return {
    level: 'warning',
    name: 'CORS_ORIGINS',
    sentence: `CORS_ORIGINS=* lets every web page ${where}`,
    cure: 'List the origins of your own pages.',
  }
}

const plainKeys: Rule = ({ jwksUrl }) => {
  if (jwksUrl === undefined) return undefined
  const { protocol, host } = new URL(jwksUrl)
  if (protocol === 'https:' || isLoopbackHost(host)) return undefined
  return {
    level: 'error',
    name: 'JWKS_URL',
    sentence: 'JWKS_URL must be an https address, or anyone on the way could forge keys',
    cure: 'Use https.',
  }
}

/** Keys and what callers say must not cross a network in the clear. */
const plainVendors: Rule = config =>
  Object.entries({ ...vendorSettings, ...phoneSettings }).flatMap(([key, { env }]) => {
    const value = config[key as SettingKey]
    if (!env.endsWith('_BASE_URL') || typeof value !== 'string') return []
    const { protocol, host } = new URL(value)
    if (protocol === 'https:' || protocol === 'wss:' || isLoopbackHost(host)) return []
    return [
      {
        level: 'error' as const,
        name: env,
        sentence: `${env} would send the key and what callers say to ${host} in the clear`,
        cure: `Use https; plain ${protocol.slice(0, -1)} is for this machine itself.`,
      },
    ]
  })

const spokenWords: Rule = ({ sessionLogAudio, sessionLogRedact }) => {
  if (!sessionLogAudio || sessionLogRedact !== true) return undefined
  return {
    level: 'error',
    name: 'PARLEY_SESSION_LOG_REDACT',
    sentence:
      'PARLEY_SESSION_LOG_REDACT=true takes out the words, and PARLEY_SESSION_LOG_AUDIO=true keeps them as sound',
    cure: 'Set only one of them.',
  }
}

/** An account without its other half is told, and not found out at the first call. */
const halfCarriers: Rule = config => {
  const groups: readonly (readonly (readonly [string, unknown])[])[] = [
    [
      ['TWILIO_ACCOUNT_SID', config.twilioAccountSid],
      ['TWILIO_AUTH_TOKEN', config.twilioAuthToken],
    ],
    [
      ['SIGNALWIRE_PROJECT_ID', config.signalwireProject],
      ['SIGNALWIRE_TOKEN', config.signalwireToken],
      ['SIGNALWIRE_SPACE', config.signalwireSpace],
      ['SIGNALWIRE_SIGNING_KEY', config.signalwireSigningKey],
    ],
    [
      ['TELNYX_API_KEY', config.telnyxApiKey],
      ['TELNYX_PUBLIC_KEY', config.telnyxPublicKey],
    ],
  ]
  return groups.flatMap(group => {
    const missing = group.filter(([, value]) => value === undefined).map(([name]) => name)
    const given = group.find(([, value]) => value !== undefined)
    if (given === undefined || missing.length === 0) return []
    return missing.map(name => ({
      level: 'error' as const,
      name,
      sentence: `${given[0]} is set, and ${name} is not`,
      cure: `Set ${name} as well, or remove ${given[0]}.`,
    }))
  })
}

/** A carrier comes in from outside: over TLS, or not at all. */
const plainPublic: Rule = ({ publicUrl }) => {
  if (publicUrl === undefined) return undefined
  const { protocol, host } = new URL(publicUrl)
  if (protocol === 'https:' || protocol === 'wss:' || isLoopbackHost(host)) return undefined
  return {
    level: 'error',
    name: 'PARLEY_PUBLIC_URL',
    sentence: 'PARLEY_PUBLIC_URL must be an https address: carriers stream to nothing else',
    cure: 'Put TLS in front of the gateway and use https.',
  }
}

const halfSupabase: Rule = ({ supabaseUrl, supabaseAnonKey, supabaseServiceKey }) => {
  const key = supabaseServiceKey ?? supabaseAnonKey
  if ((supabaseUrl === undefined) === (key === undefined)) return undefined
  const [there, missing] =
    supabaseUrl === undefined
      ? ['a key of Supabase', 'NEXT_PUBLIC_SUPABASE_URL']
      : ['NEXT_PUBLIC_SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY']
  return {
    level: 'error',
    name: missing,
    sentence: `${there} is set, and ${missing} is not: leads cannot be kept at Supabase`,
    cure: `Set ${missing} as well, or remove the other; DATABASE_URL of the project serves, too.`,
  }
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
