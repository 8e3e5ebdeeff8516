import { type Json, type LookUp, type LookUpWorld, lookUp, ParleyError } from '@parley/core'

/** What a source asks of a server; hosts, redirects and sizes are those of `lookUp`. */
export interface SourceRequest {
  /** The source, for messages. */
  readonly source: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxBytes?: number
  readonly hosts?: readonly string[]
  readonly privateRedirects?: boolean
}

/** The body of a 2xx answer. @throws ParleyError `context_failed` or `timeout`. */
export async function fetchText(world: LookUpWorld, request: SourceRequest, signal: AbortSignal) {
  const { source, maxBytes = 500_000, hosts = [], ...rest } = request
  const name = `The server of the source "${source}"`
  const asked: LookUp = { ...rest, name, hosts, maxBytes, failure: 'context_failed' }
  const answer = await lookUp(world, asked, signal)
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new ParleyError('context_failed', `${name} answered ${answer.status}.`, {
    retryable: answer.status === 429 || answer.status >= 500,
    details: { status: answer.status },
  })
}

/** The same as JSON. */
export async function fetchJson(
  world: LookUpWorld,
  request: SourceRequest,
  signal: AbortSignal,
): Promise<Json> {
  const headers = { accept: 'application/json', ...request.headers }
  const { text } = await fetchText(world, { ...request, headers }, signal)
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw garbage(request.source, error)
  }
}

export function garbage(source: string, cause?: unknown): ParleyError {
  const message = `The server of the source "${source}" sent something that cannot be read.`
  return new ParleyError('context_failed', message, cause === undefined ? {} : { cause })
}
