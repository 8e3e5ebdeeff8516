/**
 * A caller's ear on a voice socket, reckoned instead of played: sound begins after a jitter buffer, runs on while it
 * lasts, and obeys `clear` and `duck` at the moment they come. It keeps its own account of what was heard, whatever the
 * gateway believes. Times are ms of one clock, places are ms of a reply's own sound.
 */

/** An unbroken stretch of a reply at the ear. */
export interface HeardPiece {
  readonly reply: string
  readonly fromMs: number
  readonly startMs: number
  readonly durationMs: number
}

export interface Ear {
  begin(reply: string, fromMs: number): void
  frame(samples: Int16Array, nowMs: number): void
  clear(reply: string, nowMs: number): void
  /** Lowers, or restores, what is buffered now. */
  duck(on: boolean, nowMs: number): void
  /** Up to which place a reply was heard; undefined where none of it was. */
  position(reply: string, nowMs: number): number | undefined
  /** Everything heard by now, in order. */
  heard(nowMs: number): readonly HeardPiece[]
  /** Adds what sounded from `fromMs` on to `out`, times `gain`. */
  echo(out: Float32Array, fromMs: number, gain: number): void
}

export interface EarOptions {
  readonly rate: number
  readonly jitterMs: number
}

interface Chunk {
  readonly reply: string
  readonly fromMs: number
  readonly startMs: number
  durationMs: number
  readonly samples: Int16Array
  gain: number
  /** When its gain last changed; sound before it had the gain before. */
  gainAtMs: number
  gainBefore: number
}

const DUCK_GAIN = 10 ** (-18 / 20)
/** Sound older than this is no longer echoed. */
const ECHO_KEEP_MS = 3_000

export function createEar({ rate, jitterMs }: EarOptions): Ear {
  const pieces: { reply: string; fromMs: number; startMs: number; durationMs: number }[] = []
  let chunks: Chunk[] = []
  let reply: string | undefined
  let placeMs = 0
  let freeAtMs = Number.NEGATIVE_INFINITY

  function append(reply: string, fromMs: number, startMs: number, durationMs: number): void {
    const last = pieces.at(-1)
    const joins =
      last !== undefined &&
      last.reply === reply &&
      Math.abs(last.fromMs + last.durationMs - fromMs) < 0.1 &&
      Math.abs(last.startMs + last.durationMs - startMs) < 0.1
    if (joins) last.durationMs += durationMs
    else pieces.push({ reply, fromMs, startMs, durationMs })
  }

  return {
    begin(next, fromMs) {
      reply = next
      placeMs = fromMs
    },
    frame(samples, nowMs) {
      if (reply === undefined || samples.length === 0) return
      const startMs = freeAtMs > nowMs ? freeAtMs : nowMs + jitterMs
      const durationMs = (samples.length * 1000) / rate
      append(reply, placeMs, startMs, durationMs)
      const since = { gain: 1, gainAtMs: startMs, gainBefore: 1 }
      chunks.push({ reply, fromMs: placeMs, startMs, durationMs, samples, ...since })
      freeAtMs = startMs + durationMs
      placeMs += durationMs
      if ((chunks[0]?.startMs ?? 0) < nowMs - 2 * ECHO_KEEP_MS) {
        chunks = chunks.filter(({ startMs }) => startMs > nowMs - ECHO_KEEP_MS)
      }
    },
    clear(which, nowMs) {
      if (reply === which) reply = undefined
      for (let index = pieces.length - 1; index >= 0; index--) {
        const piece = pieces[index]
        if (piece === undefined || piece.startMs + piece.durationMs <= nowMs) break
        if (piece.reply !== which) continue
        piece.durationMs = Math.max(0, nowMs - piece.startMs)
        if (piece.durationMs === 0) pieces.splice(index, 1)
      }
      chunks = chunks.filter(chunk => chunk.reply !== which || chunk.startMs < nowMs)
      for (const chunk of chunks) {
        if (chunk.reply === which) chunk.durationMs = Math.min(chunk.durationMs, nowMs - chunk.startMs)
      }
      freeAtMs = nowMs
      for (const { startMs, durationMs } of pieces) freeAtMs = Math.max(freeAtMs, startMs + durationMs)
    },
    duck(on, nowMs) {
      for (const chunk of chunks) {
        if (chunk.startMs + chunk.durationMs <= nowMs) continue
        chunk.gainBefore = chunk.gain
        chunk.gain = on ? DUCK_GAIN : 1
        chunk.gainAtMs = nowMs
      }
    },
    position(which, nowMs) {
      const last = pieces.findLast(piece => piece.reply === which && piece.startMs < nowMs)
      return last === undefined ? undefined : last.fromMs + Math.min(last.durationMs, nowMs - last.startMs)
    },
    heard(nowMs) {
      return pieces
        .filter(({ startMs }) => startMs < nowMs)
        .map(piece => ({ ...piece, durationMs: Math.min(piece.durationMs, nowMs - piece.startMs) }))
    },
    echo(out, fromMs, gain) {
      const untilMs = fromMs + (out.length * 1000) / rate
      for (const chunk of chunks) {
        const endMs = chunk.startMs + chunk.durationMs
        if (endMs <= fromMs || chunk.startMs >= untilMs) continue
        const shift = Math.round(((chunk.startMs - fromMs) * rate) / 1000)
        const count = Math.min(chunk.samples.length, Math.round((chunk.durationMs * rate) / 1000))
        const turn = ((chunk.gainAtMs - chunk.startMs) * rate) / 1000
        for (let i = Math.max(0, -shift); i < count && i + shift < out.length; i++) {
          const level = i < turn ? chunk.gainBefore : chunk.gain
          out[i + shift] = (out[i + shift] ?? 0) + (chunk.samples[i] ?? 0) * level * gain
        }
      }
    },
  }
}
