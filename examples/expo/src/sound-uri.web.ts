let last: string | undefined

/** Where a player finds a sound that is in memory: a blob of the page, of which one is kept. */
export function soundUri(wav: Uint8Array<ArrayBuffer>): string {
  if (last !== undefined) URL.revokeObjectURL(last)
  last = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }))
  return last
}
