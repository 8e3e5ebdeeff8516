/**
 * A statement with `:name`s as one with `$1`s, and whether it only reads. Texts, quoted names and comments are passed
 * over, and `::type` is no parameter. The database has the last word: the statement runs in a read-only transaction.
 */

export interface Numbered {
  readonly sql: string
  /** In the order of their numbers. */
  readonly names: readonly string[]
}

const token =
  /('(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\2\$|::)|:([A-Za-z_]\w*)/g

export function namedParameters(sql: string): Numbered {
  const names: string[] = []
  const numbered = sql.replace(token, (all, passed: string | undefined, _, name: string) => {
    if (passed !== undefined) return all
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { sql: numbered, names }
}

/** One statement that begins with select or with, changes nothing in a part of it, and locks nothing. */
export function isReadOnly(sql: string): boolean {
  const bare = sql.replace(token, (_, passed: string | undefined) => (passed === '::' ? '::' : ' '))
  const one = bare.trim().replace(/;$/, '')
  if (one.includes(';') || !/^(select|with)\b/i.test(one)) return false
  return !/\b(insert|update|delete|merge|into|create|alter|drop|truncate|grant|call|copy|for\s+(update|share))\b/i.test(
    one,
  )
}
