/**
 * What tools that act did for a reply, as the reply's state in the history: the caller may interrupt before a word of the
 * result is heard, and the next answer must still know of it.
 */

import type { Json } from '../turn/history.js'
import type { ToolExchange } from './tool.js'

/** Longest result and arguments kept, in characters each. */
const MAX_KEPT = 1_000

/** `maxKept` is the longest result and the longest arguments kept, in characters; what is cut says how much. */
export function stateOfActed(exchanges: readonly ToolExchange[], maxKept = MAX_KEPT): Json {
  const acted = exchanges.flatMap(({ calls, results }) =>
    calls.map(({ id, name, arguments: given }) => {
      const result = results.find(each => each.id === id)
      const isShort = JSON.stringify(given).length <= maxKept
      return {
        id,
        name,
        arguments: isShort ? given : {},
        text: kept(result?.text ?? '', maxKept),
        failed: result?.failed ?? true,
      }
    }),
  )
  return { acted }
}

/** What a state tells of tools; nothing for a state of another kind. */
export function actedIn(state: Json | undefined): readonly ToolExchange[] {
  if (typeof state !== 'object' || state === null || !('acted' in state)) return []
  const { acted } = state
  if (!Array.isArray(acted)) return []
  return acted.flatMap((each: Json) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return []
    const { id, name, text, failed, arguments: given = {} } = each as { readonly [key: string]: Json }
    if (typeof id !== 'string' || typeof name !== 'string' || typeof text !== 'string') return []
    const call = { id, name, arguments: given }
    return [{ text: '', calls: [call], results: [{ id, text, failed: failed === true }] }]
  })
}

function kept(text: string, maxKept: number): string {
  if (text.length <= maxKept) return text
  return `${wellFormed(text.slice(0, maxKept))} (cut here, ${text.length - maxKept} characters are missing)`
}

/** A cut may leave half of a pair of surrogates, which vendors refuse. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '')
}
