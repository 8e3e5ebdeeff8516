/** A duration for people: three figures at most, ms below a second, seconds above. */
export function formatMs(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms.toFixed(Math.abs(ms) < 10 ? 1 : 0)} ms`
}
