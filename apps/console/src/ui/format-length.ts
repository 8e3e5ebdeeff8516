/** A length of time as people read it: `m:ss`, or `h:mm:ss`. */
export function formatLength(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const two = (count: number) => String(count).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
