/** What the operator lets agents of a tenant reach: hosts, and variables whose value may go to one host each. */

import type { SecretOf } from '@parley/core'
import type { Config } from '../config/settings.js'

export interface AgentGrants {
  /** Whether tools and facts may ask this host name. */
  mayAsk(host: string): boolean
  /** Whether the value of this variable may be sent to this host name. */
  maySend(variable: string, host: string): boolean
  /** Values of the variables that may be sent anywhere at all. */
  readonly secretOf: SecretOf
}

/** Hosts of the sources of facts that need no grant: their default addresses. */
const openHosts = ['api.coingecko.com', 'api.open-meteo.com', 'geocoding-api.open-meteo.com']

export function agentGrants(
  tenant: string,
  { agentHosts, agentVariables }: Pick<Config, 'agentHosts' | 'agentVariables'>,
  secretOf: SecretOf,
): AgentGrants {
  const hosts = new Set([...openHosts, ...agentHosts.map(host => host.toLowerCase())])
  const sendable = agentVariables.flatMap(text => {
    const [, whose, variable = '', host = ''] = /^(?:(.+):)?(\w+)@(.+)$/.exec(text) ?? []
    return whose === undefined || whose === tenant ? [{ variable, host: host.toLowerCase() }] : []
  })
  for (const { host } of sendable) hosts.add(host)
  return {
    mayAsk: host => hosts.has('*') || hosts.has(host.toLowerCase()),
    maySend: (variable, host) =>
      sendable.some(each => each.variable === variable && each.host === host.toLowerCase()),
    secretOf: name => (sendable.some(({ variable }) => variable === name) ? secretOf(name) : undefined),
  }
}

/** The same `fetch`, to those hosts alone and led astray by no redirect: whatever an agent's text slipped through. */
export function grantedFetch(ask: typeof fetch, { mayAsk }: Pick<AgentGrants, 'mayAsk'>): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!mayAsk(url.hostname)) throw new TypeError(`${url.hostname} is not in PARLEY_AGENT_HOSTS`)
    return ask(input, { ...init, redirect: init?.redirect === 'manual' ? 'manual' : 'error' })
  }
}
