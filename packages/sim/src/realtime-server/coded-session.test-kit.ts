/** A real session whose engine hears and says coded speech, so that a test can tell which words passed. */
import type { Resampling } from '@parley/audio'
import {
  type Clock,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type ReplyPart,
  Session,
  type SessionEvent,
  type SessionId,
  type ToolCall,
  type Turn,
  turnTaking,
} from '@parley/core'
import type { RealtimeOpenRequest } from '@parley/transports'
import { countingIds } from '../random.js'
import { createThresholdEar } from '../threshold-ear.js'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'

export type Thought = string | Omit<ToolCall, 'id'>

export interface CodedAgent {
  /** What the agent says to a turn, or the tool that it calls. */
  think?(turn: Turn): Thought | readonly Thought[]
  /** ms before each word of an answer. */
  readonly paceMs?: number
  readonly opens?: boolean
}

export interface CodedSessionOptions extends CodedAgent {
  readonly request: RealtimeOpenRequest
  readonly clock: Clock
  readonly resampling: Resampling
  /** Where what the engine was asked is written. */
  readonly turns: Turn[]
  tap(event: SessionEvent): void
}

const RATE = 24_000

export function codedSession(options: CodedSessionOptions): Session {
  const { request, clock, resampling, turns, tap, opens = false } = options
  const policy = { ...defaultTurnPolicy, judge: { ...defaultTurnPolicy.judge, claimMs: 100, holdMs: 100 } }
  return new Session({
    id: 'ses_test' as SessionId,
    language: 'en',
    engine: codedEngine(turns, options),
    ear: createThresholdEar(),
    listenRate: RATE,
    outputRate: request.outputRate,
    resampling,
    policy,
    turnTaking: given => turnTaking(given, 'en'),
    limits: defaultSessionLimits,
    opens,
    journal: { write: async () => {} },
    taps: [{ name: 'test', event: tap }],
    clock,
    ticker: createTicker(clock),
    ids: countingIds(),
  })
}

/** Hears coded speech, and says what it thinks in coded speech. */
function codedEngine(turns: Turn[], { think, paceMs = 0 }: CodedAgent): Engine {
  return {
    connect(call) {
      const heard: { readonly samples: Int16Array; readonly atMs: number }[] = []
      let startMs = 0
      let calls = 0

      async function* answer(turn: Turn): AsyncGenerator<ReplyPart> {
        turns.push(turn)
        const thoughts = think?.(turn) ?? `you said ${turn.text || lastText(turn)}`
        yield { kind: 'usage', inputTokens: 11, outputTokens: 7 }
        for (const thought of typeof thoughts === 'string' || 'name' in thoughts ? [thoughts] : thoughts) {
          if (typeof thought !== 'string') {
            yield { kind: 'tool-call', call: { id: `call_${++calls}`, ...thought } }
            continue
          }
          let untilMs = 0
          for (const word of thought.split(' ')) {
            if (paceMs > 0) await new Promise<void>(resolve => call.clock.after(paceMs, resolve))
            const { samples } = codeSpeech(word, RATE)
            untilMs += (samples.length * 1000) / RATE
            yield { kind: 'words', text: `${word} `, untilMs }
            if (turn.wishes?.silent !== true) yield { kind: 'audio', samples, rate: RATE }
          }
        }
      }

      return {
        hear: ({ samples, atMs }) => void heard.push({ samples: samples.slice(), atMs }),
        boundary({ kind, atMs }) {
          if (kind === 'speech-start') startMs = atMs
          else {
            const spoken = heard.filter(frame => frame.atMs >= startMs - 1 && frame.atMs < atMs + 40)
            const samples = Int16Array.from(spoken.flatMap(frame => [...frame.samples]))
            const { text } = readSpeech(samples, RATE)
            call.observe({ kind: 'transcript', startMs, atMs, text, final: true })
          }
        },
        reply: answer,
        aside: answer,
        close: async () => {},
      }
    },
  }
}

function lastText({ history }: Turn): string {
  return history.at(-1)?.text ?? ''
}
