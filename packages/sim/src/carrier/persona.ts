/** Scripted phones: people and machines that do always the same, frame by frame, so that a test can be repeated. */

import { measureLevel, sine } from '@parley/audio'
import type { Clock } from '@parley/core'
import { LINE_FRAME, LINE_FRAME_MS, LINE_RATE, type Network, type Party, type PartyLine } from './party.js'

export type Persona = (
  | { readonly kind: 'human'; readonly steps?: readonly PersonaStep[] }
  | {
      readonly kind: 'machine'
      /** PCM16 at 8 kHz. */
      readonly greeting: Int16Array
      /** Default true. */
      readonly beep?: boolean
      /** How long it records after that, ms, before it hangs up. Default 60,000. */
      readonly recordsMs?: number
    }
  | { readonly kind: 'fax' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'no-answer' }
  /** Rings, and the person presses the red button. */
  | { readonly kind: 'refuses' }
  /** Nobody has this number. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'hangs-up-after'; readonly ms: number }
) & {
  /** From the first ring, ms. Default 2,000. */
  readonly answersAfterMs?: number
  readonly network?: Partial<Network>
}

/** Steps of a person, one after the other; after the last they stay on the line. */
export type PersonaStep =
  | { readonly step: 'wait'; readonly ms: number }
  /** Until somebody has spoken and was quiet for `quietMs`, at most `mostMs`. */
  | { readonly step: 'listen'; readonly quietMs: number; readonly mostMs: number }
  /** Until somebody has been heard for so long: to speak into it. */
  | { readonly step: 'hear'; readonly ms: number }
  /** PCM16 at 8 kHz. */
  | { readonly step: 'say'; readonly samples: Int16Array }
  /** A key each 200 ms. */
  | { readonly step: 'press'; readonly digits: string }
  | { readonly step: 'hang-up' }

/** Sound above this is somebody speaking, dBFS. */
const VOICE_DBFS = -50
const KEY_MS = 200
const BEEP_MS = 400

export function createPersona(persona: Persona, clock: Clock): Party {
  const { answersAfterMs = 2_000, network = {} } = persona
  const steps = [...stepsOf(persona)]
  const onGreeting: ((beep: boolean) => void)[] = []
  let line: PartyLine | undefined
  let on = false
  let cancelAnswer: () => void = () => {}
  /** Of the step under way. */
  let atSample = 0
  let spentMs = 0
  let voicedMs = 0
  let quietMs = 0

  function next(): void {
    const done = steps.shift()
    if (done === 'greeting-over' || done === 'beep-over')
      for (const run of onGreeting.splice(0)) run(done === 'beep-over')
    atSample = 0
    spentMs = 0
    voicedMs = 0
    quietMs = 0
  }

  /** One frame of the step under way; gives what is said in it. */
  function live(): Int16Array | undefined {
    for (let step = steps[0]; step !== undefined; step = steps[0]) {
      if (typeof step === 'string') {
        next()
        continue
      }
      if (step.step === 'hang-up') {
        next()
        line?.hangUp()
        return undefined
      }
      if (step.step === 'say') {
        if (atSample >= step.samples.length) {
          next()
          continue
        }
        const frame = new Int16Array(LINE_FRAME)
        frame.set(step.samples.subarray(atSample, atSample + LINE_FRAME))
        atSample += LINE_FRAME
        return frame
      }
      if (step.step === 'press') {
        if (spentMs % KEY_MS === 0) {
          const digit = step.digits[spentMs / KEY_MS]
          if (digit === undefined) {
            next()
            continue
          }
          line?.press(digit)
        }
        spentMs += LINE_FRAME_MS
        return undefined
      }
      const limitMs = step.step === 'listen' ? step.mostMs : step.step === 'wait' ? step.ms : Infinity
      const satisfied =
        step.step === 'listen'
          ? voicedMs > 0 && quietMs >= step.quietMs
          : step.step === 'hear' && voicedMs >= step.ms
      if (satisfied || spentMs >= limitMs) {
        next()
        continue
      }
      spentMs += LINE_FRAME_MS
      return undefined
    }
    return undefined
  }

  return {
    nature: persona.kind === 'machine' || persona.kind === 'fax' ? persona.kind : ('human' as const),
    network: { jitterMs: 0, lossPercent: 0, ...network },
    begin(given, how) {
      line = given
      if (how === 'dials') return
      if (persona.kind === 'busy') return given.refuse('busy')
      if (persona.kind === 'unreachable') return given.refuse('failed')
      if (persona.kind === 'no-answer') return
      cancelAnswer = clock.after(answersAfterMs, () => {
        if (persona.kind === 'refuses') given.refuse('busy')
        else given.answer()
      })
    },
    connected() {
      on = true
    },
    speak: () => (on ? live() : undefined),
    hear(frame) {
      const voiced = measureLevel(frame).rmsDbfs > VOICE_DBFS
      if (voiced) voicedMs += LINE_FRAME_MS
      quietMs = voiced ? 0 : quietMs + LINE_FRAME_MS
    },
    greetingEnded: run => void onGreeting.push(run),
    over() {
      on = false
      cancelAnswer()
    },
  }
}

type Inner = PersonaStep | 'greeting-over' | 'beep-over'

function stepsOf(persona: Persona): readonly Inner[] {
  switch (persona.kind) {
    case 'human':
      return persona.steps ?? []
    case 'machine': {
      const { greeting, beep = true, recordsMs = 60_000 } = persona
      const tone = sine({ rate: LINE_RATE, durationMs: BEEP_MS, hz: 1_000, amplitude: 0.4 })
      return [
        { step: 'wait', ms: 400 },
        { step: 'say', samples: greeting },
        ...(beep
          ? ([{ step: 'wait', ms: 300 }, { step: 'say', samples: tone }, 'beep-over'] as const)
          : (['greeting-over'] as const)),
        { step: 'wait', ms: recordsMs },
        { step: 'hang-up' },
      ]
    }
    case 'fax':
      return Array.from({ length: 20 }, (): PersonaStep[] => [
        { step: 'say', samples: sine({ rate: LINE_RATE, durationMs: 500, hz: 2_100, amplitude: 0.4 }) },
        { step: 'wait', ms: 3_000 },
      ]).flat()
    case 'hangs-up-after':
      return [{ step: 'wait', ms: persona.ms }, { step: 'hang-up' }]
    default:
      return []
  }
}
