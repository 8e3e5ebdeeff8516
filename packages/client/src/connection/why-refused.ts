/**
 * Why a socket was refused before it was one: browsers hide the HTTP answer to an upgrade from the page, so a
 * guarded page of the same gateway is asked with the same token. Only 401 says for certain that trying again is no
 * use; anything else, a gateway that does not allow this page's origin among them, says nothing.
 */

export interface Refusal {
  readonly code: string
  readonly message: string
}

const GUARDED_PATH = '/api/sessions?limit=1'

/** Never rejects; undefined where the reason stays unknown. `socketAddress` is the ws(s) address that was refused. */
export async function whyRefused(
  socketAddress: string,
  token: string | undefined,
  get: typeof fetch = (...request) => fetch(...request),
): Promise<Refusal | undefined> {
  const address = new URL(GUARDED_PATH, socketAddress.replace(/^ws/, 'http'))
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  try {
    const response = await get(address, { headers, cache: 'no-store' })
    if (response.status !== 401) return undefined
    return refusalOf(await response.json())
  } catch {
    // Nothing answers, or not in a form we know: the socket's own retries say the rest.
    return undefined
  }
}

function refusalOf(body: { readonly error?: Partial<Refusal> }): Refusal {
  const { code, message } = body.error ?? {}
  return { code: code ?? 'unauthenticated', message: message ?? 'The gateway asks for a valid token.' }
}
