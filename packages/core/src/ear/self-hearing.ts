/**
 * Keeps the agent from hearing itself: judges of every 4 ms of the caller's sound whether it is the agent's own voice
 * coming back. Costs nothing until the agent has spoken, and next to nothing while nothing of it can be in the air.
 */

import {
  type AudioFrame,
  createEchoTracker,
  createNoiseFloor,
  type EchoTracker,
  levelFloorDbfs,
} from '@parley/audio'
import { stepMs } from './cue-meter.js'

/** `unsure`: it may be the agent, and the search for it has not ended. */
export type Hearing = 'caller' | 'agent' | 'unsure'

export interface SelfHearing {
  agent(frame: AudioFrame, dueMs: number): void
  agentCleared(atMs: number): void
  /** The next 4 ms of the caller's sound; `loud` tells whether they are above the noise. */
  step(step: AudioFrame, loud: boolean): void
  readonly hearing: Hearing
  /** How far what is not the agent's rises over noise and what the room may add, in dB; Infinity where all is the caller's. */
  readonly ownRiseDb: number
  /** Whether the agent has ever been heard to come back. */
  readonly echoes: boolean
  /** Share of the power explained by the agent's sound, 0..1. */
  readonly share: number
  /** The stream broke off. */
  reset(): void
}

const stepsPerLevel = 5
/** More than this share of the sound explained, and it is the agent. */
const agentShare = 0.6
/** What is left must rise this much to be somebody else. */
const leastRiseDb = 6
/** What is left of an echo is believed to be this much under it at least. */
const cancelledDb = 8
/** The search has failed after so many times, and is not waited for any more after so many sounds in which it did. */
const searches = 3
const innocentSounds = 3

export function createSelfHearing(rate: number): SelfHearing {
  const floor = createNoiseFloor()
  let tracker: EchoTracker | undefined
  let steps = 0
  let ownRiseDb = Number.POSITIVE_INFINITY
  let hearing: Hearing = 'caller'
  let innocent = 0
  let echoes = false
  let failed = false

  const clear = (): void => {
    hearing = 'caller'
    ownRiseDb = Number.POSITIVE_INFINITY
  }

  const judge = (echo: EchoTracker, loud: boolean): void => {
    if (echo.found) {
      echoes = true
      innocent = 0
      ownRiseDb = echo.restDb - Math.max(floor.levelDb, echo.echoDb - cancelledDb)
      hearing = !loud || echo.share >= agentShare || ownRiseDb < leastRiseDb ? 'agent' : 'caller'
      return
    }
    clear()
    const over = echo.vain >= searches
    if (over && !failed) innocent++
    failed = over
    if (echo.sounding && !over && innocent < innocentSounds) hearing = 'unsure'
  }

  return {
    get hearing() {
      return hearing
    },
    get ownRiseDb() {
      return ownRiseDb
    },
    get echoes() {
      return echoes
    },
    get share() {
      return tracker?.share ?? 0
    },
    agent(frame, dueMs) {
      tracker ??= createEchoTracker(rate)
      tracker.sent(frame, dueMs)
    },
    agentCleared: atMs => tracker?.cut(atMs),
    step(step, loud) {
      if (tracker === undefined) return
      tracker.hear(step, loud)
      if (!tracker.active) return clear()
      steps++
      if (steps >= stepsPerLevel) {
        steps = 0
        if (tracker.restDb > levelFloorDbfs) floor.hear(tracker.restDb, stepsPerLevel * stepMs, false)
      }
      judge(tracker, loud)
    },
    reset() {
      tracker?.reset()
      floor.reset()
      clear()
    },
  }
}
