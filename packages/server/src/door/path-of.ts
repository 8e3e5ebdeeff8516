import type { IncomingMessage } from 'node:http'

/** The path alone, without a trailing slash; never throws on rubbish. */
export function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}
