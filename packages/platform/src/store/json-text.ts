/**
 * JSON that PostgreSQL accepts. It refuses U+0000 and lone surrogates in text and jsonb, and one such character
 * from a far end would refuse the whole batch it travels in; both become U+FFFD here. Everything a session
 * says reaches the database through this door.
 */

/** JSON text of a value; `undefined` members are left out. */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return refusedEscape.test(text) ? text.replace(escapes, replaceRefused) : text
}

/** Whether the database would keep this text as it is. Nothing stored is named by one it would not. */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text)
}

// JSON.stringify writes NUL and lone surrogates, and only those, as these escapes in lower case.
const refusedEscape = /\\u(?:0000|d[89a-f])/
// An escaped backslash is consumed as a pair, so that its second half never begins an escape.
const escapes = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g

function replaceRefused(found: string): string {
  return found === '\\\\' ? found : '\\ufffd'
}
