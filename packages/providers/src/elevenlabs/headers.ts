/** The headers of every request: the key. */
export function elevenLabsHeaders(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'xi-api-key': key }
}
