/** Visemes as TalkingHead's `speakAudio` takes them beside the audio: three lists of the same length, in ms. Pure. */
import type { Viseme } from '../face/face-types.js'
import type { VisemeCueFields } from '../face/viseme-types.js'

export interface TalkingHeadVisemes {
  readonly visemes: readonly Viseme[]
  readonly vtimes: readonly number[]
  readonly vdurations: readonly number[]
}

/** `fromMs` is the place in the cues' sound at which the audio begins that is handed over. */
export function toTalkingHead(cues: readonly VisemeCueFields[], fromMs = 0): TalkingHeadVisemes {
  const visemes: Viseme[] = []
  const vtimes: number[] = []
  const vdurations: number[] = []
  for (const { viseme, startMs, endMs } of cues) {
    const from = Math.max(0, startMs - fromMs)
    const until = endMs - fromMs
    // Its mouth closes by itself where nothing is said; a `sil` would hold it shut against the next shape.
    if (viseme === 'sil' || !(until > from)) continue
    visemes.push(viseme)
    vtimes.push(Math.round(from))
    vdurations.push(Math.max(1, Math.round(until - from)))
  }
  return { visemes, vtimes, vdurations }
}
