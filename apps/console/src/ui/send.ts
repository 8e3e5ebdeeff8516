/** Changes asked of the gateway: JSON there and back, and what it says where it refuses. */

import { languages } from '../i18n/language.js'

export type Sent<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: string; readonly message: string }

export interface Wish {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly token: string
  readonly body?: unknown
}

/** Never rejects; `code` is `unreachable` where no answer came. */
export async function send<Value>({ method, path, token, body }: Wish): Promise<Sent<Value>> {
  const headers: Record<string, string> = {
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  try {
    const response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const value: unknown = text === '' ? undefined : JSON.parse(text)
    if (response.ok) return { ok: true, value: value as Value }
    return { ok: false, ...problemIn(value, response.status) }
  } catch {
    return { ok: false, code: 'unreachable', message: unreachable() }
  }
}

/** What browsers say of it is theirs, in a language of theirs; the page's own stands on the document. */
function unreachable(): string {
  const words = globalThis.document?.documentElement.lang === 'es' ? languages.es : languages.en
  return words.history.unreachable
}

function problemIn(value: unknown, status: number): { readonly code: string; readonly message: string } {
  const { error } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly error?: { readonly code?: unknown; readonly message?: unknown }
  }
  const { code, message } = error ?? {}
  return typeof code === 'string' && typeof message === 'string'
    ? { code, message }
    : { code: 'internal', message: `HTTP ${status}` }
}
