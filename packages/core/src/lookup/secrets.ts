import { ParleyError } from '../errors.js'

/** The value of a variable that holds a secret; undefined where it is not set. */
export type SecretOf = (name: string) => string | undefined

const place = /\$\{([A-Za-z_]\w*)\}/g

/**
 * A configured text with its `${NAME}`s replaced. The text itself, with the names, is all that is ever shown.
 * @throws ParleyError `bad_config` naming a variable that is not set.
 */
export function fillSecrets(text: string, secretOf: SecretOf): string {
  return text.replace(place, (_, name: string) => {
    const value = secretOf(name)
    if (value === undefined || value === '')
      throw new ParleyError('bad_config', `The variable ${name} is not set; set it or take \${${name}} out.`)
    return value
  })
}

/** The same for each value of a record. */
export function fillAllSecrets(
  texts: Readonly<Record<string, string>>,
  secretOf: SecretOf,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fillSecrets(text, secretOf)]))
}

/**
 * The same for headers of HTTP. What no header can hold is found here, since a client that finds it later shows the
 * whole value in its message. @throws ParleyError `bad_config` as `fillSecrets`, or naming the header.
 */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  secretOf: SecretOf,
): Readonly<Record<string, string>> {
  const filled = fillAllSecrets(headers, secretOf)
  for (const [name, value] of Object.entries(filled))
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value.trim()))
      throw new ParleyError(
        'bad_config',
        `The header "${name}" would hold a line break or a character that no header can; check ${headers[name]}.`,
      )
  return filled
}
