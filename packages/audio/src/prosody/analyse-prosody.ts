/** The prosody of a whole recording at once. */

import { createProsodyAnalyser } from './create-prosody-analyser.js'
import type { ProsodyAnalyserOptions } from './prosody-analyser.js'
import type { ProsodyFrame } from './prosody-frame.js'
import type { UtteranceProsody } from './utterance-prosody.js'

export interface RecordedProsody {
  /** One for each hop, in order. */
  readonly frames: readonly ProsodyFrame[]
  readonly utterances: readonly UtteranceProsody[]
}

/**
 * Analyses one speaker's samples, of full scale 32,768 or 1. A minute gives some 1,900 frames: what is long is better
 * heard by an analyser, frame by frame.
 *
 * @throws RangeError for options out of range; it says what is allowed.
 */
export function analyseProsody(
  samples: Int16Array | Float32Array,
  options: ProsodyAnalyserOptions,
): RecordedProsody {
  const frames: ProsodyFrame[] = []
  const utterances: UtteranceProsody[] = []
  const analyser = createProsodyAnalyser(options)
  const sink = {
    frame: (frame: ProsodyFrame) => {
      frames.push({ ...frame })
    },
    utterance: (utterance: UtteranceProsody) => {
      utterances.push(utterance)
    },
  }
  analyser.hear(samples, sink)
  analyser.end(sink)
  return { frames, utterances }
}
