/**
 * The ear that hears voice: frames of any size in, `onset`, `speech-start` and `speech-end` out, by a neural detector
 * and hysteresis, with cues of every frame. Media time only. Sound is cut into steps and windows without allocation;
 * whatever happens to the stream (lost, repeated, late or huge frames, a new beginning), starts and ends alternate.
 */

import { type AudioFrame, createReframer, frameMs, jumpToleranceMs, type VoiceDetector } from '@parley/audio'
import { ParleyError } from '../errors.js'
import { createCueMeter, stepMs } from './cue-meter.js'
import { silentCues } from './cues.js'
import type { Ear } from './ear.js'
import { createEarlyOnset, type OnsetChange } from './early-onset.js'
import { createEvidenceQueue } from './evidence-queue.js'
import { createLoudEnd } from './loud-end.js'
import { createSelfHearing } from './self-hearing.js'
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
  /** Whether `onset` and `onset-lost` are given before and besides `speech-start`. Default true. */
  readonly earlyOnset?: boolean
}

/** Rises are taken over the noise floor, but over this at least: what is softer ducks nobody. dBFS. */
const softestFloorDb = -62
/** Sound this much above it may be worth looking for the agent in it. */
const loudDb = 6

/**
 * An ear over one detector, which stays the caller's to close. `hear` takes frames at the detector's rate; a frame
 * that holds more than one piece of evidence gives the first, and the frames after it the others, in order.
 * @throws ParleyError `bad_audio` from `hear` for a frame of another rate.
 */
export function createVoiceEar(detector: VoiceDetector, options: VoiceEarOptions = {}): Ear {
  const { rate, windowSize } = detector
  const { breakMs = 500, earlyOnset = true, ...speechOptions } = options
  const { startProbability = defaultSpeechOptions.startProbability } = speechOptions
  const windowMs = (windowSize * 1000) / rate
  const windows = createReframer({ frameMs: windowMs, rate })
  const speech = createSpeechHysteresis(speechOptions)
  const steps = createReframer({ frameMs: stepMs, rate })
  const meter = createCueMeter(rate)
  const onset = createEarlyOnset()
  const self = createSelfHearing(rate)
  const loud = createLoudEnd()
  const waiting = createEvidenceQueue()
  const cues = { ...silentCues }
  let heardMs = Number.NEGATIVE_INFINITY
  let windowEndMs: number | undefined
  let voice = 0
  /** Steps of the window under way, and how many of them are the agent's own voice. */
  let windowSteps = 0
  let agentSteps = 0
  /** Speech that has started but may be the agent's own voice, which is being found out. */
  let held = false

  const start = (): void => {
    held = false
    onset.confirm()
    waiting.push({ kind: 'speech-start', atMs: speech.onsetMs })
  }

  /** Lets go of a start that was held, or forgets it if it was the agent. */
  const settle = (): void => {
    if (!held || self.hearing === 'unsure') return
    if (self.hearing === 'caller') return start()
    held = false
    speech.reset()
    loud.reset()
  }

  const raise = (change: SpeechChange): void => {
    if (change === undefined) return
    if (change === 'speech-start') {
      held = true
      settle()
      return
    }
    if (held) start()
    waiting.push({ kind: change, atMs: Math.min(speech.lastVoicedMs, loud.endMs) })
    loud.reset()
    tell(onset.rest(), 0)
  }

  const tell = (change: OnsetChange, atMs: number): void => {
    if (change === undefined) return
    waiting.push({ kind: change, atMs: change === 'onset' ? onset.onsetMs : atMs })
  }

  const bridge = (atMs: number): void => {
    if (windowEndMs === undefined) return
    const gapMs = atMs - windowEndMs
    if (Math.abs(gapMs) <= jumpToleranceMs) return
    if (Math.abs(gapMs) > breakMs) {
      detector.reset()
      meter.reset()
      self.reset()
      tell(onset.rest(), windowEndMs)
    }
    raise(gapMs < 0 ? speech.reset() : speech.step(0, windowEndMs, atMs))
  }

  const hearWindow = (window: AudioFrame): void => {
    bridge(window.atMs)
    const heard = detector.process(window.samples)
    voice = agentSteps * 2 > windowSteps ? 0 : heard
    windowSteps = 0
    agentSteps = 0
    windowEndMs = window.atMs + windowMs
    if (voice >= startProbability) loud.hear(window)
    else if (!speech.speaking) loud.reset()
    raise(speech.step(voice, window.atMs, windowEndMs))
  }

  /** How far the caller's own sound is above the noise, in dB. */
  const riseDb = (): number => {
    if (self.hearing === 'agent' || (self.hearing === 'unsure' && self.echoes)) return 0
    return Math.min(self.ownRiseDb, meter.edgeDb - Math.max(softestFloorDb, meter.noiseDb))
  }

  const hearStep = (step: AudioFrame): void => {
    meter.step(step, voice >= startProbability)
    self.step(step, meter.levelDb > Math.max(softestFloorDb, meter.noiseDb) + loudDb)
    windowSteps++
    if (self.hearing === 'agent') agentSteps++
    settle()
    windows.process(step, hearWindow)
    if (!earlyOnset || (speech.speaking && !held)) return
    // Whether it was a voice is being found out: until then it is not lost.
    if (held && onset.pending) return
    const endMs = step.atMs + stepMs
    if (waiting.empty || onset.pending) {
      tell(onset.step({ riseDb: riseDb(), voicing: meter.voicing, voice, endMs }), endMs)
    }
  }

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
    agent: (frame, dueMs) => self.agent(frame, dueMs),
    agentCleared: atMs => self.agentCleared(atMs),
    hear(frame) {
      cues.atMs = frame.atMs
      cues.durationMs = frameMs(frame)

      if (frame.rate !== rate) throw wrongRate(frame.rate, rate)
      const fresh = unheard(frame)
      if (fresh.samples.length > 0) {
        steps.process(fresh, hearStep)
        heardMs = fresh.atMs + frameMs(fresh)
      }
      cues.voice = voice
      cues.levelDb = meter.levelDb
      cues.noiseDb = meter.noiseDb
      cues.pitchHz = meter.pitchHz
      cues.voicing = meter.voicing
      cues.hum = meter.hum
      cues.echo = self.share
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
