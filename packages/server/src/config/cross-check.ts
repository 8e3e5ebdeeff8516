import { isLoopbackHost } from '@parley/platform'
import type { Problem } from './resolve.js'
import type { Config } from './settings.js'

/** Rules that concern more than one setting. */
export function crossCheck(config: Config): Problem[] {
  return [openDoor, lockedDoor, anyOrigin, plainKeys, spokenWords].flatMap(rule => rule(config) ?? [])
}

type Rule = (config: Config) => Problem | undefined

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
