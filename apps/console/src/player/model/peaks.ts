/**
 * The shape of a recording at any width: lowest and highest sample of each stretch, and the same of four, sixteen, … of
 * them, so that an hour is drawn from as few numbers as a minute.
 */

/** audiowaveform's JSON, version 2, of two channels and 8 bits. */
export interface WaveformFile {
  readonly sample_rate: number
  readonly samples_per_pixel: number
  readonly length: number
  readonly data: readonly number[]
}

/** Four numbers for each stretch: lowest and highest of the caller, then of the agent, −128…127. */
interface Level {
  readonly stretchMs: number
  readonly data: Int8Array
}

export interface Peaks {
  readonly durationMs: number
  /** The highest of both sides, for scale: 1…128. */
  readonly loudest: number
  /** Four numbers for each of `count` columns from `fromMs` of the recording on; beyond its ends is silence. */
  columns(fromMs: number, untilMs: number, count: number): Int8Array
}

const FOLD = 4

export function createPeaks({ sample_rate, samples_per_pixel, length, data }: WaveformFile): Peaks {
  const stretchMs = (samples_per_pixel * 1000) / sample_rate
  const levels: Level[] = [{ stretchMs, data: Int8Array.from(data.slice(0, 4 * length)) }]
  for (let last = levels[0] as Level; last.data.length > 16 * FOLD; ) {
    last = folded(last)
    levels.push(last)
  }
  let loudest = 1
  for (const value of levels.at(-1)?.data ?? []) loudest = Math.max(loudest, Math.abs(value))
  return {
    durationMs: length * stretchMs,
    loudest,
    columns(fromMs, untilMs, count) {
      const columnMs = (untilMs - fromMs) / count
      const level = levels.findLast(each => each.stretchMs <= columnMs) ?? (levels[0] as Level)
      const out = new Int8Array(4 * count)
      for (let column = 0; column < count; column++) {
        const from = Math.floor((fromMs + column * columnMs) / level.stretchMs)
        const until = Math.max(from + 1, Math.floor((fromMs + (column + 1) * columnMs) / level.stretchMs))
        widest(level.data, from, until, out, 4 * column)
      }
      return out
    },
  }
}

function folded({ stretchMs, data }: Level): Level {
  const count = Math.ceil(data.length / 4 / FOLD)
  const out = new Int8Array(4 * count)
  for (let i = 0; i < count; i++) widest(data, i * FOLD, (i + 1) * FOLD, out, 4 * i)
  return { stretchMs: stretchMs * FOLD, data: out }
}

/** The lowest and the highest of stretches `from` to before `until`. */
function widest(data: Int8Array, from: number, until: number, out: Int8Array, at: number): void {
  const first = Math.max(0, from)
  const last = Math.min(data.length / 4, until)
  for (let i = first; i < last; i++) {
    for (let side = 0; side < 4; side += 2) {
      const low = data[4 * i + side] ?? 0
      const high = data[4 * i + side + 1] ?? 0
      if (i === first || low < (out[at + side] ?? 0)) out[at + side] = low
      if (i === first || high > (out[at + side + 1] ?? 0)) out[at + side + 1] = high
    }
  }
}
