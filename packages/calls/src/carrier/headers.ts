/** A header by its lowercase name, whatever the case of those given; empty ones count as missing. */
export function headerOf(
  headers: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const direct = headers[name]
  if (direct !== undefined) return direct === '' ? undefined : direct
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name && value !== '') return value
  }
  return undefined
}
