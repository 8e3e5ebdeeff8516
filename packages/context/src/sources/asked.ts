/** Arguments in what a caller says, by regular expressions with named groups; the first that fits counts. */

export type Asked = Readonly<Record<string, string>>

/** Longest argument, in characters. */
const MAX_ARGUMENT = 100

export function askedBy(patterns: readonly string[]): (text: string) => Asked | undefined {
  const compiled = patterns.map(pattern => new RegExp(pattern, 'iu'))
  return text => {
    for (const pattern of compiled) {
      const match = pattern.exec(text)
      if (match === null) continue
      const groups = Object.entries(match.groups ?? {}).filter(
        (group): group is [string, string] => group[1] !== undefined,
      )
      return Object.fromEntries(groups.map(([name, value]) => [name, value.trim().slice(0, MAX_ARGUMENT)]))
    }
    return undefined
  }
}

/** Arguments as a key, and back. */
export function keyOf(asked: Asked): string {
  return JSON.stringify(Object.entries(asked).sort(([one], [other]) => (one < other ? -1 : 1)))
}

export function askedOf(key: string): Asked {
  return Object.fromEntries(JSON.parse(key) as readonly (readonly [string, string])[])
}
