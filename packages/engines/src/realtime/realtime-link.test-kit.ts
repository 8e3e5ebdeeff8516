/** A link of a realtime engine alone, with a history and a clock of the test's own. */

import type {
  EngineLink,
  Evidence,
  HistoryEntry,
  ParleyError,
  ReplyId,
  ReplyPart,
  SessionId,
  Turn,
  TurnId,
} from '@parley/core'
import { codeSpeech, VirtualClock } from '@parley/sim'
import { createRealtimeEngine } from './realtime-engine.js'
import type { RealtimeEngineOptions, RealtimeIncident } from './realtime-options.js'
import { createScriptedFar, type ScriptedFar, type ScriptedFarOptions } from './scripted-far.test-kit.js'

export interface LinkOptions extends Partial<Omit<RealtimeEngineOptions, 'models'>> {
  readonly far?: Partial<ScriptedFarOptions>
  readonly others?: readonly Partial<ScriptedFarOptions>[]
}

/** Everything that came of one reply, while it comes. */
export interface Drawn {
  readonly parts: ReplyPart[]
  error: unknown
  over: boolean
  abort(): void
}

const RATE = 16_000

export async function startLink({ far = {}, others = [], ...options }: LinkOptions = {}) {
  const clock = new VirtualClock()
  const observed: Evidence[] = []
  const warnings: ParleyError[] = []
  const incidents: RealtimeIncident[] = []
  const history: HistoryEntry[] = []
  const fars: ScriptedFar[] = [far, ...others].map((each, at) =>
    createScriptedFar({ name: `far ${at}`, answer: () => 'Yes of course.', ...each }),
  )
  const [first] = fars as [ScriptedFar]
  const engine = createRealtimeEngine({
    models: fars.map(({ model }) => model),
    onIncident: incident => incidents.push(incident),
    ...options,
  })
  const link: EngineLink = await engine.connect({
    session: 'ses_1' as SessionId,
    language: 'en',
    inputRate: RATE,
    outputRate: RATE,
    history: () => history,
    clock,
    observe: evidence => observed.push(evidence),
    warn: error => warnings.push(error),
  })
  await clock.advance(100)
  let atMs = 0
  let turns = 0

  /** `bounded`: with the boundaries of an ear. */
  async function say(text: string, { bounded = true } = {}): Promise<{ startMs: number; endMs: number }> {
    const { samples } = codeSpeech(text, RATE)
    const startMs = atMs
    if (bounded) link.boundary?.({ kind: 'speech-start', atMs })
    await frames(samples)
    const endMs = atMs - 40
    if (bounded) link.boundary?.({ kind: 'speech-end', atMs: endMs })
    return { startMs, endMs }
  }

  async function frames(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += 320) {
      const frame = new Int16Array(320)
      frame.set(samples.subarray(at, at + 320))
      link.hear({ samples: frame, rate: RATE, atMs })
      atMs += 20
      await clock.advance(20)
    }
  }

  function draw(make: (signal: AbortSignal) => AsyncIterable<ReplyPart>): Drawn {
    const controller = new AbortController()
    const drawn: Drawn = { parts: [], error: undefined, over: false, abort: () => controller.abort() }
    const source = make(controller.signal)
    void (async () => {
      try {
        for await (const part of source) if (!controller.signal.aborted) drawn.parts.push(part)
      } catch (error) {
        drawn.error = error
      }
      drawn.over = true
    })()
    return drawn
  }

  const turnOf = (turn: Partial<Turn>): Turn => ({
    id: `trn_${++turns}` as TurnId,
    ...{ origin: 'text', text: '', startMs: atMs, endMs: atMs, history: [...history] },
    ...turn,
  })

  return {
    clock,
    link,
    fars,
    far: first,
    observed,
    warnings,
    incidents,
    history,
    say,
    draw,
    turnOf,
    frames,
    silence: (ms: number) => frames(new Int16Array((RATE * ms) / 1000)),
    refusals: () => fars.flatMap(({ sessions }) => sessions.flatMap(({ refusals }) => refusals)),
    /** A typed turn and its answer, drawn to the end and heard. */
    async ask(text: string, given: Partial<Turn> = {}, { hearMs }: { readonly hearMs?: number } = {}) {
      const turn = turnOf({ text, ...given })
      const drawn = draw(signal => link.reply(turn, signal))
      link.committed?.(turn.id)
      for (let round = 0; round < 400 && !drawn.over; round++) await clock.advance(50)
      const whole = soundMs(drawn.parts)
      const ms = hearMs ?? whole
      const reply = `rpl_${turn.id}` as ReplyId
      const said = wordsOf(drawn.parts)
      const complete = ms >= whole
      link.heard?.(
        { reply, ms, text: complete ? said : 'heard part', complete, source: 'reported', errorMs: 0 },
        { fromMs: 0, final: true },
      )
      history.push({ role: 'user', turn: turn.id, text, atMs: 0 })
      const state = drawn.parts.findLast(part => part.kind === 'state')
      history.push({
        ...{
          role: 'agent',
          turn: turn.id,
          reply,
          text: complete ? said : 'heard part',
          interrupted: !complete,
        },
        ...(state === undefined ? {} : { state: state.state }),
      })
      return { turn, drawn, reply, said }
    },
  }
}

export function wordsOf(parts: readonly ReplyPart[]): string {
  return parts.map(part => (part.kind === 'words' ? part.text : '')).join('')
}

export function soundMs(parts: readonly ReplyPart[]): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === 'audio' ? (part.samples.length * 1000) / part.rate : 0),
    0,
  )
}

export function kindsOf(parts: readonly ReplyPart[]): string[] {
  const kinds: string[] = parts.map(part => (part.kind === 'mark' ? `mark ${part.mark}` : part.kind))
  return kinds.filter((kind, at) => kind !== kinds[at - 1])
}
