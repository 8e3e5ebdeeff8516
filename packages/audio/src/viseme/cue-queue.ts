/** Cues that wait for their sound, so that whoever gets the sound gets them with it and never what is cut off. */
import type { VisemeCue } from './viseme.js'
import { joinedCues } from './viseme-cues.js'

export interface CueQueue {
  /** More cues, later than those before; what overlaps them is cut, what lies within them dropped. */
  add(cues: readonly VisemeCue[]): void
  /** Takes those that begin before this place of the sound, ms. */
  begunBefore(atMs: number): readonly VisemeCue[]
  /** Takes what lies before this place; a cue that crosses it is cut in two, and its rest stays. */
  cutAt(atMs: number): readonly VisemeCue[]
}

const NONE: readonly VisemeCue[] = []
/** Some minutes of speech. Beyond it the newest are dropped, for their sound is farther than anyone keeps it. */
const MOST = 10_000

export function createCueQueue(cues: readonly VisemeCue[] = NONE): CueQueue {
  const waiting: VisemeCue[] = []
  let lastMs = 0

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
    return waiting.splice(0, count < 0 ? waiting.length : count)
  }

  add(cues)
  return {
    add,
    begunBefore,
    cutAt(atMs) {
      const taken = begunBefore(atMs)
      const last = taken.at(-1)
      if (last === undefined || last.endMs <= atMs) return taken
      waiting.unshift({ viseme: last.viseme, startMs: atMs, endMs: last.endMs })
      return [...taken.slice(0, -1), { viseme: last.viseme, startMs: last.startMs, endMs: atMs }]
    },
  }
}
