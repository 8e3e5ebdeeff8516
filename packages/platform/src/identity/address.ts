import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Who is at the other end of a socket. The peer address is a fact; what a header says of it is believed only from
 * proxies the operator named. Everything that asks "is this loopback?" asks the peer, never a header.
 */

/** What is known of the far end of one request. */
export interface Remote {
  /** Address of the socket's peer, as `net` gives it. */
  readonly address: string
  /** Whether a proxy says that it speaks for someone else (`X-Forwarded-For`, `Forwarded`, `X-Real-IP`). */
  readonly forwarded: boolean
  /** The `Host` header; a page of a foreign name that resolves to loopback is known by it. */
  readonly host?: string | undefined
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** `::ffff:1.2.3.4` as `1.2.3.4`; anything else unchanged. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** Whether an IP address (not a name) is this machine. */
export function isLoopbackAddress(address: string): boolean {
  return listed(loopback, plainAddress(address))
}

/** Whether a `Host` header or the host of a URL names this machine: `localhost`, `*.localhost`, `127.x`, `[::1]`. */
export function isLoopbackHost(host: string): boolean {
  const name = hostName(host)
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isLoopbackAddress(name)
}

function hostName(host: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host)
  if (bracketed?.[1] !== undefined) return bracketed[1].toLowerCase()
  return host.replace(/:\d+$/, '').toLowerCase()
}

function listed(list: BlockList, address: string): boolean {
  if (isIPv4(address)) return list.check(address, 'ipv4')
  return isIPv6(address) && list.check(address, 'ipv6')
}

export function remoteOf(address: string | undefined, headers: Headers): Remote {
  const host = headers.host
  return {
    address: plainAddress(address ?? ''),
    forwarded: ['x-forwarded-for', 'forwarded', 'x-real-ip'].some(name => headers[name] !== undefined),
    host: typeof host === 'string' ? host : undefined,
  }
}

/**
 * Who counts as the client for limits: the peer, or, where the peer is a trusted proxy, the right-most address of
 * `X-Forwarded-For` that is not one. `trusted` holds addresses and CIDR ranges; a bad entry throws a `RangeError`.
 */
export function createClientAddress(trusted: readonly string[]): (peer: string, headers: Headers) => string {
  const proxies = proxyList(trusted)
  return (peer, headers) => {
    let client = plainAddress(peer)
    const chain = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
    while (listed(proxies, client)) {
      const next = plainAddress((chain.pop() ?? '').trim())
      if (!isIPv4(next) && !isIPv6(next)) break
      client = next
    }
    return client
  }
}

function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
    if (family === undefined) throw new RangeError(`"${entry}" is not an address or a CIDR range`)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
