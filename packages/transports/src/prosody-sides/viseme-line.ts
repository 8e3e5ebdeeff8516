/**
 * The shapes of one reply by place, from whoever knows them best: told in order as their sound is sent, and again where
 * that sound is sent again. Bounded: over the limit those told longest ago are forgotten, or, if none is, the newest.
 */
import type { VisemeCue } from '@parley/audio'

export type VisemeSource = 'voice' | 'text' | 'audio'

export interface SourcedCue extends VisemeCue {
  readonly source: VisemeSource
}

export interface VisemeLine {
  /** Up to where voice or words tell the shapes from `placeMs` on, ms; `placeMs` if they do not. */
  knownUntil(placeMs: number): number
  /** Shapes in order; those there were from their first place on go, but what was told stays. */
  put(cues: readonly VisemeCue[], source: VisemeSource): void
  /** Those whose sound begins before `sentMs` and were not told; each only once. */
  due(sentMs: number): SourcedCue[]
  /** Of the sound nothing beyond `heardMs` is heard; what is sent again is told again. */
  rewind(heardMs: number): void
}

const MOST_CUES = 4_096

export function createVisemeLine(): VisemeLine {
  let cues: SourcedCue[] = []
  let told = 0
  let toldMs = 0

  function isSane({ startMs, endMs }: VisemeCue): boolean {
    return startMs >= 0 && endMs >= startMs && endMs < Number.POSITIVE_INFINITY
  }

  function makeRoom(): void {
    if (cues.length < MOST_CUES) return
    cues.splice(0, told)
    told = 0
  }

  return {
    knownUntil(placeMs) {
      const last = cues.at(-1)
      return last === undefined || last.source === 'audio' ? placeMs : last.endMs
    },
    put(given, source) {
      const first = given.find(isSane)
      if (first === undefined) return
      const fromMs = Math.max(first.startMs, toldMs)
      while (cues.length > told && (cues.at(-1)?.startMs ?? 0) >= fromMs) cues.pop()
      const last = cues.at(-1)
      if (last !== undefined && cues.length > told && last.endMs > fromMs)
        cues[cues.length - 1] = { ...last, endMs: fromMs }
      let atMs = fromMs
      for (const cue of given) {
        if (!isSane(cue) || cue.endMs <= atMs) continue
        makeRoom()
        if (cues.length >= MOST_CUES) return
        const startMs = Math.max(cue.startMs, atMs)
        cues.push({ viseme: cue.viseme, startMs, endMs: cue.endMs, source })
        atMs = cue.endMs
      }
    },
    due(sentMs) {
      const found: SourcedCue[] = []
      for (let cue = cues[told]; cue !== undefined && cue.startMs < sentMs; cue = cues[told]) {
        told += 1
        if (cue.endMs <= toldMs) continue
        found.push(cue.startMs < toldMs ? { ...cue, startMs: toldMs } : cue)
        toldMs = cue.endMs
      }
      return found
    },
    rewind(heardMs) {
      // Of sound that is heard again, shapes are taken again.
      cues = cues.filter(({ source, startMs }) => source !== 'audio' || startMs < heardMs)
      told = cues.findIndex(({ endMs }) => endMs > heardMs)
      if (told === -1) told = cues.length
      toldMs = Math.min(toldMs, heardMs)
    },
  }
}
