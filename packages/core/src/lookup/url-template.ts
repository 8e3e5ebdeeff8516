/**
 * Addresses with places for arguments: `https://shop.example/orders/{order}?full={full}`. Every value is encoded, and
 * scheme, host and port stand in the template itself: no argument can lead anywhere else.
 */

import { ParleyError } from '../errors.js'

export type LookupValue = string | number | boolean

export type LookupArguments = { readonly [name: string]: LookupValue | undefined }

const place = /\{([A-Za-z_]\w*)\}/g

/** Names of the places in a template, in order, each once. */
export function placesIn(template: string): readonly string[] {
  return [...new Set([...template.matchAll(place)].map(([, name]) => name ?? ''))]
}

/** What is wrong with a template for an address; undefined if nothing is. */
export function templateFault(template: string): string | undefined {
  const origin = /^https?:\/\/[^/?#{}\s@]+(?=[/?#]|$)/.exec(template)
  if (origin === null) return 'it must begin with http:// or https:// and a host without places for arguments'
  if (/[{}]/.test(template.replace(place, ''))) return 'a { or } in it is not part of a {name}'
  return undefined
}

/**
 * The address with these arguments. A query parameter whose only value is missing is left out; so is nothing else.
 * @throws ParleyError `bad_message` naming the argument that is missing or cannot stand in a path.
 */
export function fillUrl(template: string, values: LookupArguments): string {
  const [before = '', ...rest] = template.split('?')
  const path = before.replace(place, (_, name: string) => pathPart(name, values[name]))
  const query = rest
    .join('?')
    .split('&')
    .filter(pair => !isMissing(pair, values))
    .join('&')
    .replace(place, (_, name: string) => encodeURIComponent(String(needed(name, values[name]))))
  return query === '' ? path : `${path}?${query}`
}

/** A text with the arguments as they are, for texts that are no addresses. */
export function fillText(template: string, values: LookupArguments): string {
  return template.replace(place, (_, name: string) => String(values[name] ?? ''))
}

function isMissing(pair: string, values: LookupArguments): boolean {
  const only = /^[^=]*=\{([A-Za-z_]\w*)\}$/.exec(pair)
  return only?.[1] !== undefined && values[only[1]] === undefined
}

function needed(name: string, value: LookupValue | undefined): LookupValue {
  if (value === undefined) throw new ParleyError('bad_message', `The argument "${name}" is missing.`)
  return value
}

/** Dots alone would climb the path, encoded or not. */
function pathPart(name: string, value: LookupValue | undefined): string {
  const text = String(needed(name, value))
  if (text === '' || /^\.{1,2}$/.test(text))
    throw new ParleyError('bad_message', `The argument "${name}" cannot be ${JSON.stringify(text)}.`)
  return encodeURIComponent(text)
}
