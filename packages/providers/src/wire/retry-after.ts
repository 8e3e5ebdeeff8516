/** How long a vendor asks to wait, in ms, from the headers that say it: `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfterMs(header: (name: string) => string | null, epochMs: number): number | undefined {
  const exact = header('retry-after-ms')
  if (exact !== null && /^\d+(\.\d+)?$/.test(exact)) return Math.round(Number(exact))
  const after = header('retry-after')
  if (after === null) return undefined
  if (/^\d+(\.\d+)?$/.test(after)) return Math.round(Number(after) * 1000)
  // biome-ignore lint/style/noRestrictedGlobals: reads a time that is given
  const atMs = Date.parse(after)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - epochMs)
}
