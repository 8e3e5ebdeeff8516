/**
 * What a recogniser was told and has not answered yet: sound and the marks of speech, in the order they came. The next
 * recogniser is told the same. Bounded: the oldest sound goes first.
 */

import { type AudioFrame, copyFrame, frameMs } from '@parley/audio'

export interface SoundRing {
  /** Keeps a copy. Gives the sound dropped for it, ms. */
  hear(frame: AudioFrame): number
  begin(atMs: number): void
  finish(atMs: number): void
  /** Everything before this media time has its final text. */
  settle(toMs: number): void
  /** The speech that was finished at this time is answered. */
  finished(atMs: number): void
  /** Keeps no more than this of its newest sound, ms. */
  trim(keepMs: number): void
  /** Tells it all again. */
  replay(to: SoundTaker): void
  /** Whether speech has begun and not been answered. */
  readonly isWaiting: boolean
  /** Sound kept, ms. */
  readonly keptMs: number
}

export interface SoundTaker {
  hear(frame: AudioFrame): void
  begin(atMs: number): void
  finish(atMs: number): void
}

type Entry =
  | { readonly kind: 'sound'; readonly frame: AudioFrame }
  | { readonly kind: 'begin' | 'finish'; readonly atMs: number }

export function createSoundRing(mostMs: number): SoundRing {
  let entries: Entry[] = []
  let keptMs = 0
  /** Beginnings and ends among the entries. */
  let marks = 0
  let settledMs = Number.NEGATIVE_INFINITY

  /** Drops the oldest sound until so much is left; marks stay. */
  function dropTo(ms: number): number {
    if (keptMs <= ms) return 0
    const before = keptMs
    const cut = entries.findIndex(entry => {
      if (entry.kind !== 'sound') return false
      if (keptMs <= ms) return true
      keptMs -= frameMs(entry.frame)
      return false
    })
    const end = cut < 0 ? entries.length : cut
    entries = [...entries.slice(0, end).filter(({ kind }) => kind !== 'sound'), ...entries.slice(end)]
    return before - keptMs
  }

  function mark(entry: Entry): void {
    marks++
    entries.push(entry)
  }

  function dropBefore(atMs: number): void {
    entries = entries.flatMap((entry): readonly Entry[] => {
      if (entry.kind !== 'sound') return [entry]
      const frame = after(entry.frame, atMs)
      keptMs -= frameMs(entry.frame) - (frame === undefined ? 0 : frameMs(frame))
      return frame === undefined ? [] : [{ kind: 'sound', frame }]
    })
  }

  return {
    hear(frame) {
      entries.push({ kind: 'sound', frame: copyFrame(frame) })
      keptMs += frameMs(frame)
      // Now and then, not for each frame.
      return keptMs > mostMs * 1.1 ? dropTo(mostMs) : 0
    },
    begin: atMs => mark({ kind: 'begin', atMs }),
    finish: atMs => mark({ kind: 'finish', atMs }),
    settle(toMs) {
      settledMs = Math.max(settledMs, toMs)
      dropBefore(settledMs)
    },
    finished(atMs) {
      const last = entries.findLastIndex(entry => entry.kind === 'finish' && entry.atMs <= atMs)
      entries = entries.filter((entry, index) => entry.kind === 'sound' || index > last)
      marks = entries.filter(({ kind }) => kind !== 'sound').length
      settledMs = Math.max(settledMs, atMs)
      dropBefore(atMs)
    },
    trim(keepMs) {
      if (keptMs > keepMs * 1.5) dropTo(keepMs)
    },
    replay(to) {
      for (const entry of entries) {
        if (entry.kind === 'sound') to.hear(entry.frame)
        else if (entry.kind === 'begin') to.begin(Math.max(entry.atMs, settledMs))
        else to.finish(Math.max(entry.atMs, settledMs))
      }
    },
    get isWaiting() {
      return marks > 0
    },
    get keptMs() {
      return keptMs
    },
  }
}

/** What of a frame lies after this media time. */
function after(frame: AudioFrame, atMs: number): AudioFrame | undefined {
  if (frame.atMs >= atMs) return frame
  const skipped = Math.round(((atMs - frame.atMs) * frame.rate) / 1000)
  if (skipped >= frame.samples.length) return undefined
  return {
    samples: frame.samples.subarray(skipped),
    rate: frame.rate,
    atMs: frame.atMs + (skipped * 1000) / frame.rate,
  }
}
