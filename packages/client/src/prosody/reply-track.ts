/** What was told of one reply by place: frames and shapes of the mouth, each in order. Bounded: the oldest go first. */
import type { ProsodyFrameFields, ServerMessageOf } from '@parley/protocol'
import type { Viseme } from './prosody-types.js'

type Cue = ServerMessageOf<'visemes'>['cues'][number]

export interface ReplyTrack {
  addFrames(frames: readonly ProsodyFrameFields[]): void
  addCues(cues: readonly Cue[]): void
  /** What was told beyond `ms` does not count any more. */
  cut(ms: number): void
  /** Between the frames around `ms`; one object, filled again. Undefined where none is near. */
  frameAt(ms: number): ProsodyFrameFields | undefined
  /** One object, filled again. */
  mouthAt(ms: number): Mouth
}

export interface Mouth {
  viseme: Viseme
  next: Viseme
  blend: number
}

type Numbers = {
  -readonly [Name in keyof ProsodyFrameFields as ProsodyFrameFields[Name] extends number
    ? Name
    : never]: number
}

const MOST_FRAMES = 2_048
const MOST_CUES = 2_048
/** Farther from a frame nothing is known, ms. */
const NEAR_MS = 120
/** A mouth is under way to the next shape for so long, ms, or half of the shape. */
const BLEND_MS = 70
/** Of a voice; between a frame that has one and one that has not there is no middle. */
const voiced: ReadonlySet<string> = new Set(['pitchHz', 'semitones', 'harmonicity'])

export function createReplyTrack(): ReplyTrack {
  let frames: ProsodyFrameFields[] = []
  let cues: Cue[] = []
  const mouth: Mouth = { viseme: 'sil', next: 'sil', blend: 0 }
  const between: Partial<ProsodyFrameFields> = {}

  function mix(before: ProsodyFrameFields, after: ProsodyFrameFields, ms: number): ProsodyFrameFields {
    const share = (ms - before.atMs) / (after.atMs - before.atMs)
    Object.assign(between, share < 0.5 ? before : after)
    const isVoiced = before.pitchHz > 0 && after.pitchHz > 0
    for (const name in before) {
      const [a, b] = [before[name as keyof Numbers], after[name as keyof Numbers]]
      const isMixed = typeof a === 'number' && typeof b === 'number' && (isVoiced || !voiced.has(name))
      if (isMixed) (between as Numbers)[name as keyof Numbers] = a + (b - a) * share
    }
    return between as ProsodyFrameFields
  }

  return {
    addFrames(more) {
      const fromMs = more[0]?.atMs ?? 0
      while ((frames.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= fromMs) frames.pop()
      frames.push(...more)
      if (frames.length > MOST_FRAMES) frames = frames.slice(-MOST_FRAMES / 2)
    },
    addCues(more) {
      const fromMs = more[0]?.startMs ?? 0
      while ((cues.at(-1)?.startMs ?? Number.NEGATIVE_INFINITY) >= fromMs) cues.pop()
      const last = cues.at(-1)
      if (last !== undefined && last.endMs > fromMs) cues[cues.length - 1] = { ...last, endMs: fromMs }
      cues.push(...more)
      if (cues.length > MOST_CUES) cues = cues.slice(-MOST_CUES / 2)
    },
    cut(ms) {
      while ((frames.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) > ms) frames.pop()
      while ((cues.at(-1)?.startMs ?? Number.NEGATIVE_INFINITY) > ms) cues.pop()
    },
    frameAt(ms) {
      const at = lastUpTo(frames, ms, ({ atMs }) => atMs)
      const [before, after] = [frames[at], frames[at + 1]]
      const isNear = before !== undefined && ms - before.atMs <= NEAR_MS
      if (isNear && after !== undefined && after.atMs - ms <= NEAR_MS) return mix(before, after, ms)
      if (isNear) return before
      return after !== undefined && after.atMs - ms <= NEAR_MS ? after : undefined
    },
    mouthAt(ms) {
      const at = lastUpTo(cues, ms, ({ startMs }) => startMs)
      const cue = cues[at]
      const isIn = cue !== undefined && ms < cue.endMs
      const follows = cues[at + 1]
      const endMs = isIn ? cue.endMs : (follows?.startMs ?? Number.POSITIVE_INFINITY)
      const lengthMs = isIn ? Math.min(BLEND_MS, (cue.endMs - cue.startMs) / 2) : BLEND_MS
      mouth.viseme = isIn ? cue.viseme : 'sil'
      mouth.next = follows !== undefined && follows.startMs <= endMs + 1 ? follows.viseme : 'sil'
      mouth.blend = lengthMs > 0 ? Math.min(1, Math.max(0, (ms - endMs + lengthMs) / lengthMs)) : 0
      return mouth
    },
  }
}

/** Index of the last of an ordered row whose place is not beyond `ms`; −1 for none. */
function lastUpTo<Item>(row: readonly Item[], ms: number, placeOf: (item: Item) => number): number {
  let [low, high] = [0, row.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (placeOf(row[middle] as Item) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}
