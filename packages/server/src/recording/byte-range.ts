/** One range of a file, as `Range` asks for it (RFC 9110); several at once are answered with the whole file. */

export interface ByteRange {
  /** First byte, and the first one that is not wanted any more. */
  readonly from: number
  readonly to: number
}

/** `whole` where it asks for nothing that is understood, `none` for one that lies outside the file. */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'none' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole'
  if (first === '') {
    const from = Math.max(0, sizeBytes - Number(last))
    return from < sizeBytes ? { from, to: sizeBytes } : 'none'
  }
  const from = Number(first)
  const to = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  if (last !== '' && Number(last) < from) return 'whole'
  return from < to ? { from, to } : 'none'
}
