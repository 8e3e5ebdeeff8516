import { ParleyError } from '@parley/core'

/** @throws ParleyError `bad_config` for an address that others could change on the way; this machine's own is safe. */
export function requireSafe(url: string): void {
  const { protocol, hostname } = new URL(url)
  const isOwn = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isOwn)) return
  throw new ParleyError('bad_config', `${url} is not safe; models are downloaded over https only.`)
}

/** The vendor of a file, for messages. */
export function hostOf(url: string): string {
  return new URL(url).host
}

export function stopped(): ParleyError {
  return new ParleyError('provider_unreachable', 'The download was stopped; pull again to go on.', {
    retryable: true,
  })
}
