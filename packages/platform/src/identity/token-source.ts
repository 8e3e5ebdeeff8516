/**
 * Where a request carries its token: the `Authorization` header; the WebSocket subprotocol `bearer.<token>` beside the
 * real one, because browsers cannot set headers on a socket; `?token=` where not even that can be set.
 */

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The first token found, in that order; `undefined` when the request carries none. */
export function tokenOf(headers: Headers, url: string | undefined): string | undefined {
  const authorization = headers.authorization
  if (typeof authorization === 'string') {
    const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization)
    // An unreadable header is a failed attempt to be someone, not an anonymous visit.
    return bearer?.[1] ?? authorization
  }
  const offered = offeredProtocols(headers).find(each => each.startsWith('bearer.'))
  if (offered !== undefined) return offered.slice('bearer.'.length)
  const query = url?.indexOf('?') ?? -1
  if (url === undefined || query < 0) return undefined
  return new URLSearchParams(url.slice(query)).get('token') ?? undefined
}

/** The subprotocols a WebSocket client offers, in its order. */
export function offeredProtocols(headers: Headers): readonly string[] {
  const offered = headers['sec-websocket-protocol']
  return [offered ?? []]
    .flat()
    .join(',')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}
