/** The headers of every request: the protocol's version, and the key. */
export function cartesiaHeaders(version: string): (key: string | undefined) => Record<string, string> {
  return key => ({
    'cartesia-version': version,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  })
}
