import { type AudioFrame, copyFrame } from '@parley/audio'
import type { Cues } from '../ear/cues.js'
import type { Evidence } from '../floor/evidence.js'
import type { ReplyId } from '../ids.js'
import type { LogInput } from '../replay/log-entry.js'
import type { CloseReason, Inbox } from '../transport.js'
import type { Heard } from '../turn/history.js'
import type { Entrance } from './entrance.js'
import { createSteering, type SteeringCalls } from './steering-inbox.js'

/** What a session does with what its far end sends. */
export interface FarEndCalls {
  /** Before each of the others, and before it is noted. */
  arrived(): void
  /** Returns what the ear made of it. */
  hear(frame: AudioFrame): Evidence | undefined
  /** What the ear heard in the last frame. */
  cues(): Cues
  interrupt(): Heard | undefined
  /** The turn is over by command; `text` is what was typed. */
  endTurn(source: 'client' | 'text', text?: string): void
  dtmf(digit: string): void
  played(reply: ReplyId, ms: number): void
  closed(reason: CloseReason): void
  readonly steering: SteeringCalls
}

const NO_SAMPLES = new Int16Array(0)

/** The inbox of one leg: deaf as soon as another leg has its place, or the session ends. */
export function createLegInbox(entrance: Entrance, isLive: () => boolean, calls: FarEndCalls): Inbox {
  let frame: AudioFrame = { samples: NO_SAMPLES, rate: 8_000, atMs: 0 }

  function enter(input: LogInput, act: () => void): void {
    entrance.enter(() => {
      if (!isLive()) return
      calls.arrived()
      entrance.note(() => input)
      act()
    })
  }

  function noteFrame({ rate, samples }: AudioFrame, evidence: Evidence | undefined): void {
    const heard = { evidence, cues: calls.cues() }
    entrance.note(() => ({ kind: 'audio', rate, count: samples.length, samples, heard }))
  }

  // One act for every frame: the frame path makes no closures.
  function hear(): void {
    if (!isLive()) return
    calls.arrived()
    const heard = frame
    let evidence: Evidence | undefined
    try {
      evidence = calls.hear(heard)
    } finally {
      if (entrance.log !== undefined) noteFrame(heard, evidence)
    }
  }

  return {
    audio(given) {
      // A frame that has to wait is only valid now.
      if (entrance.busy) {
        const kept = copyFrame(given)
        return entrance.enter(() => {
          frame = kept
          hear()
        })
      }
      frame = given
      entrance.enter(hear)
    },
    interrupt() {
      let heard: Heard | undefined
      enter({ kind: 'interrupt' }, () => {
        heard = calls.interrupt()
      })
      return heard
    },
    commit: () => enter({ kind: 'commit' }, () => calls.endTurn('client')),
    text(text) {
      if (text.trim() !== '') enter({ kind: 'text', text }, () => calls.endTurn('text', text))
    },
    dtmf: digit => enter({ kind: 'dtmf', digit }, () => calls.dtmf(digit)),
    played: (reply, ms) => enter({ kind: 'played', reply, ms }, () => calls.played(reply, ms)),
    closed: reason => enter({ kind: 'closed', reason }, () => calls.closed(reason)),
    steering: createSteering(enter, { ...calls.steering, aside: asideOf(isLive, calls.steering) }),
  }
}

/** A leg that lost its place asks nothing any more. */
function asideOf(isLive: () => boolean, { aside }: SteeringCalls): SteeringCalls['aside'] {
  return async function* (ask, signal) {
    if (isLive()) yield* aside(ask, signal)
  }
}
