/**
 * Whether what the decoder made of an utterance was said at all. A grammar always has a best path, also for a cough;
 * so the path is compared with a free loop of phones over the same sound (the likelihood ratio of utterance
 * verification), must explain most of what the loop takes for speech, and must not be slower than people speak.
 * The limits were set on synthetic speech and are measured on human speech: docs/decisions/0002-embedded-recogniser.md.
 */

import type { DecoderScores } from './decoder-protocol.js'

/** Lead of the phone loop over the grammar, in the decoder's log units per frame of speech, that is still accepted. */
const LARGEST_LEAD = 2
/** Share of the loop's speech that the words must cover. */
const SMALLEST_COVER = 0.6
/** Fewer frames of 10 ms than this are a click. */
const FEWEST_FRAMES = 12
/** Slowest speech: this many frames a phone and one drawl. */
const FRAMES_PER_PHONE = 20
const DRAWL_FRAMES = 40
/** Steepness of the confidence around the limit. */
const CONFIDENCE_SCALE = 4

/** Confidence 0.5–1 of speech inside the grammar; undefined for anything else. */
export function confidenceOf(scores: DecoderScores): number | undefined {
  const { text, frames, phones, score, loopScore, loopFrames } = scores
  if (text === '' || frames < FEWEST_FRAMES) return undefined
  if (frames < SMALLEST_COVER * loopFrames) return undefined
  if (frames > FRAMES_PER_PHONE * phones + DRAWL_FRAMES) return undefined
  const lead = (loopScore - score) / Math.max(frames, loopFrames)
  if (!(lead <= LARGEST_LEAD)) return undefined
  return 1 / (1 + Math.exp((lead - LARGEST_LEAD) / CONFIDENCE_SCALE))
}
