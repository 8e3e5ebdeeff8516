import { isLoopbackHost } from './address.js'

/**
 * Which web pages may use this gateway. One rule for HTTP and for WebSocket upgrades, so that a page cannot reach by
 * one what the other refuses it.
 */

/**
 * Whether a request with this `Origin` header may go on. Without an Origin it did not come from a page: allowed. The
 * gateway's own pages are always allowed. Otherwise the list decides (`https://a.example`, `https://*.a.example`,
 * `*`); an empty list means pages of this machine.
 *
 * @param host the `Host` header of the request
 */
export function originAllowed(
  origin: string | undefined,
  list: readonly string[],
  host: string | undefined,
): boolean {
  if (origin === undefined) return true
  if (list.includes('*')) return true
  const page = parse(origin)
  if (page === undefined) return list.includes(origin)
  if (host !== undefined && sameHost(page, host)) return true
  if (list.length === 0) return isLoopbackHost(page.host)
  return list.some(entry => matches(entry, page))
}

function parse(origin: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/i.test(origin)) return undefined
  return URL.canParse(origin) ? new URL(origin) : undefined
}

/** The scheme is left out: behind a proxy that ends TLS we see `http` where the page says `https`. */
function sameHost(page: URL, host: string): boolean {
  const ports = page.protocol === 'https:' ? /:443$/ : /:80$/
  return page.host === host.toLowerCase().replace(ports, '')
}

function matches(entry: string, page: URL): boolean {
  const wildcard = /^(https?:)\/\/\*\.([^/]+?)\/?$/i.exec(entry)
  if (wildcard) {
    const [, scheme, domain = ''] = wildcard
    return page.protocol === scheme?.toLowerCase() && page.host.endsWith(`.${domain.toLowerCase()}`)
  }
  return parse(entry)?.origin === page.origin
}
