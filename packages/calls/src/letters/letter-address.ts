/**
 * Where a letter may go. An address in an agent's file may be wrong, and a name may come to lead into this machine's network:
 * letters carry what people said on the phone, and an answer from inside is nobody's business outside.
 */

import { isPrivateHost, type LookUpWorld, ParleyError } from '@parley/core'

export interface AddressRules {
  /** Letters may go into this machine's network, and over plain http there. For receivers beside the gateway, and for tests. */
  readonly allowPrivate?: boolean
}

/** @throws ParleyError `bad_config`: it must not be tried again as it is. What does not resolve is `provider_unreachable`. */
export async function checkAddress(
  text: string,
  { resolve }: Pick<LookUpWorld, 'resolve'>,
  { allowPrivate = false }: AddressRules,
): Promise<URL> {
  if (!URL.canParse(text)) throw new ParleyError('bad_config', 'The address of the webhook is no URL.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivate))
    throw new ParleyError('bad_config', `The webhook at ${url.host} must be https.`)
  if (url.username !== '' || url.password !== '')
    throw new ParleyError(
      'bad_config',
      `The webhook at ${url.host} has a password in its address; the signature is enough.`,
    )
  if (allowPrivate) return url
  const isName = !/^\[|^[\d.]+$/.test(url.hostname)
  const addresses = isName && resolve !== undefined ? await resolve(url.hostname).catch(unresolved(url)) : []
  if ([url.hostname, ...addresses].some(isPrivateHost))
    throw new ParleyError('bad_config', `The webhook at ${url.host} is not at a public address.`)
  return url
}

function unresolved({ host }: URL) {
  return (cause: unknown): never => {
    throw new ParleyError('provider_unreachable', `The name of the webhook at ${host} cannot be resolved.`, {
      cause,
      retryable: true,
    })
  }
}
