/** Picks values out of JSON by JSON Pointer (RFC 6901); a name without a slash is a field of the outermost object. */

import type { Json } from '../turn/history.js'

/** One pointer, or a name for each of several. */
export type Pick = string | { readonly [name: string]: string }

/** The value at a pointer; undefined if there is none. */
export function atPointer(value: Json, pointer: string): Json | undefined {
  if (pointer === '') return value
  const path = pointer.startsWith('/')
    ? pointer.slice(1)
    : pointer.replaceAll('~', '~0').replaceAll('/', '~1')
  let at: Json | undefined = value
  for (const token of path.split('/')) {
    if (typeof at !== 'object' || at === null) return undefined
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    at = Array.isArray(at) ? elementOf(at as readonly Json[], key) : fieldOf(at as JsonObject, key)
  }
  return at
}

type JsonObject = { readonly [key: string]: Json }

/** What is picked; fields that are not there are left out, and one that is not there is undefined. */
export function pickFrom(value: Json, pick: Pick | undefined): Json | undefined {
  if (pick === undefined) return value
  if (typeof pick === 'string') return atPointer(value, pick)
  const found: [string, Json][] = []
  for (const [name, pointer] of Object.entries(pick)) {
    const part = atPointer(value, pointer)
    if (part !== undefined) found.push([name, part])
  }
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function elementOf(list: readonly Json[], key: string): Json | undefined {
  return /^(0|[1-9]\d*)$/.test(key) ? list[Number(key)] : undefined
}

function fieldOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
