import type { RawData } from 'ws'

/** A message of `ws` in one piece, copied only where it came in several. */
export function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
