import { isLoopbackHost } from '@parley/platform'
import type { Problem } from './resolve.js'
import type { Config, SettingKey } from './settings.js'
import { vendorSettings } from './vendor-settings.js'

/** Rules that concern more than one setting. */
export function crossCheck(config: Config): Problem[] {
  return [openDoor, lockedDoor, anyOrigin, plainKeys, plainVendors, spokenWords].flatMap(
    rule => rule(config) ?? [],
  )
}

type Rule = (config: Config) => Problem | readonly Problem[] | undefined

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
  Object.entries(vendorSettings).flatMap(([key, { env }]) => {
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

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
