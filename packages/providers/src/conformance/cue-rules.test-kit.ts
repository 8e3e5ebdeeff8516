/** What every voice promises of its mouth shapes. */

import type { VisemeCue } from '@parley/audio'
import type { SpeechPart } from '@parley/core'
import { expect } from 'vitest'

/** Times are rounded on the wire, ms. */
const ROUNDING_MS = 2
/** How far sound may be ahead of its shapes, ms: a word, where it comes with its end. */
const LATE_MS = 400

/** All shapes of the parts, checked: in order, without overlap, within the sound, and there when their sound is. */
export function cuesOf(parts: readonly SpeechPart[], rate: number): readonly VisemeCue[] {
  const cues: VisemeCue[] = []
  let soundMs = 0
  for (const part of parts) {
    if (part.kind === 'audio') soundMs += (part.samples.length * 1000) / rate
    if (part.kind !== 'visemes') continue
    expect(part.cues.length).toBeGreaterThan(0)
    for (const cue of part.cues) {
      expect(cue.startMs).toBeGreaterThanOrEqual(cues.at(-1)?.endMs ?? 0)
      expect(cue.endMs).toBeGreaterThan(cue.startMs)
      expect(cue.endMs).toBeGreaterThanOrEqual(soundMs - LATE_MS)
      cues.push(cue)
    }
  }
  expect(cues.at(-1)?.endMs ?? 0).toBeLessThanOrEqual(soundMs + ROUNDING_MS)
  return cues
}
