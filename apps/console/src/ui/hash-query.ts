/** What a page keeps behind the `?` of its address, so that a link or a reload shows the same. */
import { useSyncExternalStore } from 'react'

export type HashQuery = Readonly<Record<string, string>>

/** The query of the present address, and how to replace it without a step in the history. Empty values are left out. */
export function useHashQuery(): readonly [HashQuery, (query: HashQuery) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return [queryOf(hash), replace]
}

export function queryOf(hash: string): HashQuery {
  const [, query = ''] = hash.split('?')
  return Object.fromEntries(new URLSearchParams(query))
}

export function textOf(query: HashQuery): string {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
}

function replace(query: HashQuery): void {
  const [path = ''] = location.hash.split('?')
  const text = textOf(query)
  history.replaceState(history.state, '', text === '' ? path : `${path}?${text}`)
  // The browser tells of it only where the reader caused it.
  dispatchEvent(new HashChangeEvent('hashchange'))
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
