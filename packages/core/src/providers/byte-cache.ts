/** Bytes that may be there again: sound of phrases, facts. Nothing depends on it; whatever goes wrong is a miss. */
export interface ByteCache {
  /** Never rejects. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Keeps it for so long, if it is not too large. Never rejects. */
  set(key: string, bytes: Uint8Array, forMs: number): Promise<void>
}
