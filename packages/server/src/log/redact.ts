/**
 * Takes secrets out of text on its way to a log. Two nets: the gateway's own secrets by value, and everything that
 * has the shape of a token, a key or a password in an address.
 */

const shapes: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer\s+|bearer\.)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/([?&]token=)[^&\s"'\\`]+/gi, '$1[redacted]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, '[redacted]'],
  [/\bsk-[\w-]{8,}/g, '[redacted]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"]*:)[^@\s"]+@/gi, '$1[redacted]@'],
]

/** @param secrets values that must never appear; too short ones are ignored, they would blank ordinary words */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const own = secrets.filter(secret => secret.length >= 8).flatMap(secret => [secret, jsonInner(secret)])
  return text => {
    let clean = text
    for (const secret of own) clean = clean.replaceAll(secret, '[redacted]')
    for (const [shape, replacement] of shapes) clean = clean.replace(shape, replacement)
    return clean
  }
}

/** The secret as it stands inside a JSON string. */
function jsonInner(secret: string): string {
  return JSON.stringify(secret).slice(1, -1)
}
