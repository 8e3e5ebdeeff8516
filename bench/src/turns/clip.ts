import type { SetName } from './split.js'

/** What a sound is to an agent that is speaking; `interrupt` alone asks it to stop. */
export type SoundKind = 'interrupt' | 'backchannel' | 'laugh' | 'cough' | 'exclamation' | 'thing' | 'turn'

/** A labelled sound, mono at one rate. Times are ms from its first sample. */
export interface Clip {
  readonly id: string
  readonly kind: SoundKind
  readonly speaker: string
  readonly set: SetName
  readonly rate: number
  readonly samples: Int16Array
  /** First and last sample that can be heard. */
  readonly onsetMs: number
  readonly offsetMs: number
  /** Silences inside, from and to, 200 ms and longer. */
  readonly pauses: readonly (readonly [number, number])[]
}

/** A background that is looped under a whole call; at -24 dBFS, as the clips are. */
export interface Bed {
  readonly id: string
  readonly samples: Int16Array
}

export interface Library {
  readonly clips: readonly Clip[]
  readonly beds: readonly Bed[]
}

/** The part of a clip between two times, with a margin of what stands around it. */
export function cut(clip: Clip, id: string, fromMs: number, toMs: number, marginMs = 80): Clip {
  const startMs = Math.max(0, fromMs - marginMs)
  const from = Math.round((startMs * clip.rate) / 1000)
  const to = Math.min(clip.samples.length, Math.round(((toMs + marginMs) * clip.rate) / 1000))
  return {
    ...clip,
    id,
    samples: clip.samples.slice(from, to),
    onsetMs: fromMs - startMs,
    offsetMs: toMs - startMs,
    pauses: [],
  }
}

/**
 * The clip with every pause made `factor` times as long, by its own room sound played forth and back. People who
 * think while they speak pause longer than people who read.
 */
export function stretchPauses(clip: Clip, factor: number): Clip {
  const at = (ms: number) => Math.round((ms * clip.rate) / 1000)
  const parts: Int16Array[] = []
  const pauses: [number, number][] = []
  let copied = 0
  let addedMs = 0
  for (const [fromMs, toMs] of clip.pauses) {
    const insertMs = Math.round((toMs - fromMs) * (factor - 1))
    // The middle half only: the edges hold the ends of the words.
    const room = clip.samples.slice(at(fromMs + (toMs - fromMs) / 4), at(toMs - (toMs - fromMs) / 4))
    const middle = at((fromMs + toMs) / 2)
    parts.push(clip.samples.subarray(copied, middle), swing(room, at(insertMs)))
    copied = middle
    pauses.push([fromMs + addedMs, toMs + addedMs + insertMs])
    addedMs += insertMs
  }
  parts.push(clip.samples.subarray(copied))
  return {
    ...clip,
    id: `${clip.id}×${factor}`,
    samples: join(parts),
    offsetMs: clip.offsetMs + addedMs,
    pauses,
  }
}

/** `count` samples of a sound played backward and forward in turn, beginning backward from its middle. */
function swing(sound: Int16Array, count: number): Int16Array {
  const out = new Int16Array(count)
  if (sound.length < 2) return out
  const period = 2 * (sound.length - 1)
  const start = Math.floor(sound.length / 2)
  for (let i = 0; i < count; i++) {
    const phase = (start + i) % period
    out[i] = sound[phase < sound.length ? phase : period - phase] ?? 0
  }
  return out
}

function join(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
