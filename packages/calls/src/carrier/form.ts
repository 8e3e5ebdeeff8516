/** `application/x-www-form-urlencoded`, as carriers post it and take it: names may repeat, the order is theirs. */

export type Form = readonly (readonly [name: string, value: string])[]

/** More fields than any carrier sends; a body with more is none of theirs. */
export const MAX_FIELDS = 200

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Undefined for more than 200 fields. */
export function readForm(text: string): Form | undefined {
  const fields: (readonly [string, string])[] = []
  for (const field of new URLSearchParams(text)) {
    if (fields.length === MAX_FIELDS) return undefined
    fields.push(field)
  }
  return fields
}

export function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

/** The first of a name; of one that is not there or empty, undefined. */
export function fieldOf(form: Form, name: string): string | undefined {
  const value = form.find(([key]) => key === name)?.[1]
  return value === '' ? undefined : value
}

/** Everything after the first `?`, without what follows a `#`. */
export function queryOf(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return ''
  const end = url.indexOf('#', start)
  return url.slice(start + 1, end < 0 ? undefined : end)
}

/** Leaves out what is undefined; a list becomes the same name several times. */
export function writeForm(fields: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one)
  }
  return form.toString()
}
