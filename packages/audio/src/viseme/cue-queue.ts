/** Cues that wait for their sound, so that whoever gets the sound gets them with it and never what is cut off. */
import type { VisemeCue } from './viseme.js'
import { joinedCues } from './viseme-cues.js'

export interface CueQueue {
  /** More cues, later than those before; what overlaps them is cut, what lies within them dropped. */
  add(cues: readonly VisemeCue[]): void
  /** Takes those that begin before this place of the sound, ms. */
  begunBefore(atMs: number): readonly VisemeCue[]
  /** Takes what lies before this place; a cue that crosses it is cut in two, and its rest stays, but no slivers. */
  cutAt(atMs: number): readonly VisemeCue[]
  /** Forgets what waits. Later ones may begin where the last one taken ended. */
  drop(): void
}

const NONE: readonly VisemeCue[] = []
/** Times of words and of shapes are rounded apart: what is left of a cue by that is none, ms. */
const SLIVER_MS = 10
/** Some minutes of speech. Beyond it the newest are dropped, for their sound is farther than anyone keeps it. */
const MOST = 10_000

export function createCueQueue(cues: readonly VisemeCue[] = NONE): CueQueue {
  const waiting: VisemeCue[] = []
  let lastMs = 0
  let takenMs = 0

  function add(more: readonly VisemeCue[]): void {
    for (const { viseme, startMs, endMs } of joinedCues(more)) {
      const fromMs = Math.max(startMs, lastMs)
      if (endMs <= fromMs || waiting.length >= MOST) continue
      waiting.push({ viseme, startMs: fromMs, endMs })
      lastMs = endMs
    }
  }

  function begunBefore(atMs: number): readonly VisemeCue[] {
    const first = waiting[0]
    if (first === undefined || first.startMs >= atMs) return NONE
    const count = waiting.findIndex(({ startMs }) => startMs >= atMs)
    const taken = waiting.splice(0, count < 0 ? waiting.length : count)
    takenMs = taken.at(-1)?.endMs ?? takenMs
    return taken
  }

  add(cues)
  return {
    add,
    begunBefore,
    cutAt(atMs) {
      const taken = begunBefore(atMs)
      const last = taken.at(-1)
      if (last === undefined || last.endMs <= atMs) return taken
      const { viseme, startMs, endMs } = last
      const before = taken.slice(0, -1)
      if (endMs - atMs >= SLIVER_MS) waiting.unshift({ viseme, startMs: atMs, endMs })
      takenMs = atMs
      const isSliver = atMs - startMs < SLIVER_MS && endMs - atMs >= SLIVER_MS
      return isSliver ? before : [...before, { viseme, startMs, endMs: atMs }]
    },
    drop() {
      waiting.length = 0
      lastMs = takenMs
    },
  }
}
