/** Which page the address names: `#/`, `#/<page>`, or one thing of a page, `#/<page>/<id>`. */
import { useSyncExternalStore } from 'react'

export const pageNames = [
  'talk',
  'phone',
  'prosody',
  'live',
  'sessions',
  'analytics',
  'agents',
  'calls',
  'leads',
  'access',
  'health',
  'check',
  'shared',
] as const
export type PageName = (typeof pageNames)[number]

export interface Route {
  readonly page: PageName
  /** The one thing that is looked at; absent for the page itself. */
  readonly id?: string
}

/** The address of a page, or of one thing of it. */
export function pathTo(page: PageName, id?: string): string {
  if (page === 'talk') return '#/'
  return id === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`
}

/** The route of a `location.hash`; whatever is unknown is the live conversation. A query after `?` is the page's own. */
export function routeOf(hash: string): Route {
  const [path = ''] = hash.split('?')
  const [root, first, id, ...rest] = path.split('/')
  const page = pageNames.find(name => name === first)
  if (root !== '#' || page === undefined || rest.length > 0) return { page: 'talk' }
  return id ? { page, id: decoded(id) } : { page }
}

/** The present route, kept up to date. */
export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.hash))
}

/** A mangled address names a thing that does not exist, which the page says. */
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
