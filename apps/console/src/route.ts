/** Which page the address names: the live conversation, the telephone, the prosody of any voice, the list of past ones, or one of them (`#/sessions/<id>`). */
import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly page: 'talk' }
  | { readonly page: 'phone' }
  | { readonly page: 'prosody' }
  | { readonly page: 'sessions' }
  | { readonly page: 'session'; readonly id: string }

export const talkPath = '#/'
export const sessionsPath = '#/sessions'
export const phonePath = '#/phone'
export const prosodyPath = '#/prosody'

/** The address of one past conversation. */
export function sessionPath(id: string): string {
  return `${sessionsPath}/${encodeURIComponent(id)}`
}

/** The route of a `location.hash`; whatever is unknown is the live conversation. */
export function routeOf(hash: string): Route {
  const [, first, id, ...rest] = hash.split('/')
  if (hash === phonePath) return { page: 'phone' }
  if (hash === prosodyPath) return { page: 'prosody' }
  if (!hash.startsWith('#/') || first !== 'sessions' || rest.length > 0) return { page: 'talk' }
  return id ? { page: 'session', id: decoded(id) } : { page: 'sessions' }
}

/** The present route, kept up to date. */
export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.hash))
}

/** A mangled address names a session that does not exist, which the page says. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
