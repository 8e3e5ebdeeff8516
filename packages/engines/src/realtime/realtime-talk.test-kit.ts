/** A whole session under virtual time around a realtime engine, with a caller who speaks words that can be read back. */

import type { Engine, SessionEvent } from '@parley/core'
import { codeSpeech, SimConversation, type SimConversationOptions } from '@parley/sim'
import { createRealtimeEngine } from './realtime-engine.js'
import type { RealtimeEngineOptions, RealtimeIncident } from './realtime-options.js'
import { createScriptedFar, type ScriptedFar, type ScriptedFarOptions } from './scripted-far.test-kit.js'

export interface TalkOptions extends Partial<Omit<RealtimeEngineOptions, 'models'>> {
  readonly far?: Partial<ScriptedFarOptions>
  readonly others?: readonly Partial<ScriptedFarOptions>[]
  readonly sim?: SimConversationOptions
}

const FRAME_MS = 20
const RATE = 16_000

export async function startTalk({ far = {}, others = [], sim = {}, ...options }: TalkOptions = {}) {
  const fars: ScriptedFar[] = []
  const incidents: RealtimeIncident[] = []
  for (const each of [far, ...others])
    fars.push(createScriptedFar({ answer: () => 'Yes of course.', ...each }))
  const [first] = fars as [ScriptedFar]
  let engine: Engine | undefined
  const talk = await SimConversation.create({
    policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
    ...sim,
    around:
      sim.around ??
      (() => {
        engine = createRealtimeEngine({
          models: fars.map(({ model }) => model),
          onIncident: incident => incidents.push(incident),
          ...options,
        })
        return engine
      }),
  })
  await talk.session.start(talk.caller)
  await talk.clock.advance(100)
  let saidMs = 0

  async function frames(samples: Int16Array): Promise<void> {
    const size = (RATE * FRAME_MS) / 1000
    for (let at = 0; at < samples.length; at += size) {
      const frame = new Int16Array(size)
      frame.set(samples.subarray(at, at + size))
      talk.caller.say({ samples: frame, rate: RATE, atMs: saidMs })
      saidMs += FRAME_MS
      await talk.clock.advance(FRAME_MS)
    }
  }

  const of = <Kind extends SessionEvent['kind']>(kind: Kind): Extract<SessionEvent, { kind: Kind }>[] =>
    talk.of(kind)
  return {
    talk,
    far: first,
    fars,
    incidents,
    clock: talk.clock,
    of,
    /** The caller says this. */
    say: (text: string) => frames(codeSpeech(text, RATE).samples),
    silence: (ms: number) => frames(new Int16Array((RATE * ms) / 1000)),
    get refusals() {
      return fars.flatMap(({ sessions }) => sessions.flatMap(({ refusals }) => refusals))
    },
    get warnings() {
      return of('warning').map(({ code, message }) => `${code}: ${message}`)
    },
  }
}
