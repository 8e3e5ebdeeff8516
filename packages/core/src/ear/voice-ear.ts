/**
 * The ear that hears voice: frames of any size in, `speech-start` and `speech-end` out, by a neural detector and
 * hysteresis. Media time only. Windows are cut from the frames without allocation; whatever happens to the stream
 * (lost, repeated, late or huge frames, a new beginning), starts and ends alternate.
 */

import { type AudioFrame, createReframer, frameMs, jumpToleranceMs, type VoiceDetector } from '@parley/audio'
import { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import { silentCues } from './cues.js'
import type { Ear } from './ear.js'
import { createLoudEnd } from './loud-end.js'
import {
  createSpeechHysteresis,
  defaultSpeechOptions,
  type SpeechChange,
  type SpeechOptions,
} from './speech-hysteresis.js'

export interface VoiceEarOptions extends SpeechOptions {
  /**
   * What counts as a break in the stream, in ms of media time. Default 500. After a gap longer than this the detector
   * starts afresh; shorter ones are silence. A step back by less is a frame that came twice or late and is not heard
   * again; by more, the stream has begun anew.
   */
  readonly breakMs?: number
}

/** Pieces of evidence that may wait for later frames. Past it, neighbouring utterances are joined into one. */
const maxWaiting = 16

/**
 * An ear over one detector, which stays the caller's to close. `hear` takes frames at the detector's rate; a frame
 * that holds more than one piece of evidence gives the first, and the frames after it the others, in order.
 * @throws ParleyError `bad_audio` from `hear` for a frame of another rate.
 */
export function createVoiceEar(detector: VoiceDetector, options: VoiceEarOptions = {}): Ear {
  const { rate, windowSize } = detector
  const { breakMs = 500, ...speechOptions } = options
  const { startProbability = defaultSpeechOptions.startProbability } = speechOptions
  const windowMs = (windowSize * 1000) / rate
  const windows = createReframer({ frameMs: windowMs, rate })
  const speech = createSpeechHysteresis(speechOptions)
  const loud = createLoudEnd()
  const waiting: Evidence[] = []
  let heardMs = Number.NEGATIVE_INFINITY
  let windowEndMs: number | undefined
  let voice = 0

  const raise = (change: SpeechChange): void => {
    if (change === undefined) return
    const started = change === 'speech-start'
    if (started && waiting.length >= maxWaiting && waiting.at(-1)?.kind === 'speech-end') waiting.pop()
    else
      waiting.push({
        kind: change,
        atMs: started ? speech.onsetMs : Math.min(speech.lastVoicedMs, loud.endMs),
      })
    if (!started) loud.reset()
  }

  const bridge = (atMs: number): void => {
    if (windowEndMs === undefined) return
    const gapMs = atMs - windowEndMs
    if (Math.abs(gapMs) <= jumpToleranceMs) return
    if (Math.abs(gapMs) > breakMs) detector.reset()
    raise(gapMs < 0 ? speech.reset() : speech.step(0, windowEndMs, atMs))
  }

  const hearWindow = (window: AudioFrame): void => {
    bridge(window.atMs)
    voice = detector.process(window.samples)
    windowEndMs = window.atMs + windowMs
    if (voice >= startProbability) loud.hear(window)
    else if (!speech.speaking) loud.reset()
    raise(speech.step(voice, window.atMs, windowEndMs))
  }

  const cues = { ...silentCues }

  const unheard = (frame: AudioFrame): AudioFrame => {
    const repeatedMs = heardMs - frame.atMs
    if (repeatedMs <= jumpToleranceMs || repeatedMs > breakMs) return frame
    const repeated = Math.min(Math.round((repeatedMs * rate) / 1000), frame.samples.length)
    return { rate, samples: frame.samples.subarray(repeated), atMs: frame.atMs + (repeated * 1000) / rate }
  }

  return {
    cues,
    get voice() {
      return voice
    },
    hear(frame) {
      cues.atMs = frame.atMs
      cues.durationMs = frameMs(frame)

      if (frame.rate !== rate) throw wrongRate(frame.rate, rate)
      const fresh = unheard(frame)
      if (fresh.samples.length > 0) {
        windows.process(fresh, hearWindow)
        heardMs = fresh.atMs + frameMs(fresh)
      }
      cues.voice = voice
      return waiting.shift()
    },
  }
}

function wrongRate(given: number, taken: number): ParleyError {
  return new ParleyError(
    'bad_audio',
    `The ear takes ${taken} Hz, not ${given} Hz; resample the frame first.`,
    {
      details: { given, taken },
    },
  )
}
