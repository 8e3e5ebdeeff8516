/**
 * The messages between the recogniser's worker process and this one; the other half, with the meaning of each kind, is
 * `assets/pocketsphinx_worker.py`. Frames are length-prefixed so that audio needs no encoding.
 */

/** G grammar, g forget a grammar, B begin, A audio, E end, X cancel. */
export type RequestKind = 'G' | 'g' | 'B' | 'A' | 'E' | 'X'

/** What the decoders made of an utterance, or of its beginning. Frames are 10 ms. */
export interface DecoderScores {
  readonly text: string
  /** First frame of the first word and the frame after the last. */
  readonly first: number
  readonly last: number
  /** Acoustic log-likelihood of the best path through the grammar, and its frames and phones of words. */
  readonly score: number
  readonly frames: number
  readonly phones: number
  /** The same of the free loop of phones. */
  readonly loopScore: number
  readonly loopFrames: number
}

export type DecoderAnswer =
  | { readonly kind: 'ready'; readonly id: number }
  | {
      readonly kind: 'grammar'
      readonly id: number
      readonly problem?: 'unknown-words' | 'refused'
      readonly words?: readonly string[]
    }
  | ({ readonly kind: 'partial'; readonly id: number } & DecoderScores)
  /** Only `text`, empty, when no path fits. */
  | ({ readonly kind: 'final'; readonly id: number } & ({ readonly text: '' } | DecoderScores))
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

const HEADER_BYTES = 9
/** The largest answer is a list of unknown words; anything larger is a broken stream. */
const LARGEST_ANSWER_BYTES = 4_000_000

/** One message for the worker. The payload is copied. */
export function encodeRequest(kind: RequestKind, id: number, payload?: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + (payload?.length ?? 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length - 4, true)
  view.setUint8(4, kind.charCodeAt(0))
  view.setUint32(5, id, true)
  if (payload !== undefined) bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** Cuts the worker's output into answers; throws when it is no such stream. */
export function answerReader(onAnswer: (answer: DecoderAnswer) => void): (chunk: Uint8Array) => void {
  let kept: Buffer = Buffer.alloc(0)
  return chunk => {
    kept = kept.length === 0 ? Buffer.from(chunk) : Buffer.concat([kept, chunk])
    let at = 0
    while (kept.length - at >= 4) {
      const size = kept.readUInt32LE(at)
      if (size > LARGEST_ANSWER_BYTES) throw new Error(`an answer of ${size} bytes`)
      if (kept.length - at - 4 < size) break
      onAnswer(readAnswer(kept.toString('utf8', at + 4, at + 4 + size)))
      at += 4 + size
    }
    kept = kept.subarray(at)
  }
}

const kinds: ReadonlySet<unknown> = new Set(['ready', 'grammar', 'partial', 'final', 'failed'])

function readAnswer(json: string): DecoderAnswer {
  const value: unknown = JSON.parse(json)
  if (!isAnswer(value)) throw new Error(`an answer of an unknown kind: ${json.slice(0, 80)}`)
  return value
}

function isAnswer(value: unknown): value is DecoderAnswer {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && kinds.has(value.kind) && 'id' in value
  )
}
