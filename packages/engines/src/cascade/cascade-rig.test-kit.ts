/** What a cascade under test stands in: a clock turned by hand, a mind, a voice and a recogniser of the test's own. */

import type {
  Cancel,
  Clock,
  EngineCall,
  EngineLink,
  Evidence,
  LanguageModel,
  LanguageModelPart,
  ParleyError,
  ReplyPart,
  SessionId,
  SpeechPart,
  SpeechToText,
  SttOptions,
  TextToSpeech,
  Turn,
  TurnId,
} from '@parley/core'
import { type CascadeOptions, createCascade } from './cascade.js'

/** Virtual time: `advance` runs what is due, letting promises settle before and after. */
export function handClock() {
  let nowMs = 0
  const due = new Set<{ readonly atMs: number; readonly run: () => void }>()
  const clock: Clock = {
    now: () => nowMs,
    after(ms, run): Cancel {
      const timer = { atMs: nowMs + ms, run }
      due.add(timer)
      return () => due.delete(timer)
    },
  }
  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms
    await settle()
    for (;;) {
      const next = [...due]
        .filter(timer => timer.atMs <= endMs)
        .sort((one, other) => one.atMs - other.atMs)[0]
      if (next === undefined) break
      due.delete(next)
      nowMs = next.atMs
      next.run()
      await settle()
    }
    nowMs = endMs
  }
  return { clock, advance, due }
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 60; round++) await Promise.resolve()
}

export function fakeCall(clock: Clock) {
  const observed: Evidence[] = []
  const warnings: ParleyError[] = []
  const call: EngineCall = {
    session: 'ses_1' as SessionId,
    language: 'en',
    inputRate: 16_000,
    outputRate: 24_000,
    history: () => [],
    clock,
    observe: evidence => observed.push(evidence),
    warn: error => warnings.push(error),
  }
  return { call, observed, warnings }
}

export function mindSaying(...parts: readonly (string | LanguageModelPart)[]): LanguageModel {
  return {
    name: 'test mind',
    async *stream() {
      for (const part of parts) yield typeof part === 'string' ? { kind: 'text' as const, text: part } : part
    },
  }
}

export interface VoiceLog {
  readonly asked: string[]
  open: number
}

/** 10 ms of sound at 1 kHz for each character, in two chunks, with or without word times. */
export function testVoice(log: VoiceLog, options: { readonly timed?: boolean } = {}): TextToSpeech {
  return {
    name: 'test voice',
    sampleRate: 8_000,
    languages: ['en'],
    async *speak({ text }): AsyncGenerator<SpeechPart> {
      log.asked.push(text)
      log.open++
      try {
        let endMs = 0
        for (const word of options.timed === false ? [] : text.split(' ')) {
          endMs += word.length * 10
          yield { kind: 'word', text: word.replace(/[.,!?]/g, ''), startMs: endMs - word.length * 10, endMs }
        }
        yield { kind: 'audio', samples: new Int16Array(text.length * 40) }
        yield { kind: 'audio', samples: new Int16Array(text.length * 40) }
      } finally {
        log.open--
      }
    },
    close: async () => {},
  }
}

export function testStt() {
  const state = { options: undefined as SttOptions | undefined, calls: [] as string[] }
  const stt: SpeechToText = {
    name: 'test recogniser',
    sampleRate: 16_000,
    open(options) {
      state.options = options
      return {
        hear: () => state.calls.push('hear'),
        begin: atMs => state.calls.push(`begin ${atMs}`),
        finish: atMs => state.calls.push(`finish ${atMs}`),
        close: () => state.calls.push('close'),
      }
    },
    close: async () => {},
  }
  return {
    stt,
    calls: state.calls,
    event: (event: Parameters<SttOptions['onEvent']>[0]) => state.options?.onEvent(event),
    final: (text: string, startMs: number, endMs: number) =>
      state.options?.onEvent({ kind: 'final', text, startMs, endMs }),
  }
}

export function turnOf(turn: Partial<Turn>): Turn {
  return { id: 'trn_1' as TurnId, origin: 'text', text: '', startMs: 0, endMs: 0, history: [], ...turn }
}

export const spokenTurn = turnOf({ origin: 'speech', startMs: 1_000, endMs: 2_000 })

export async function drawAll(parts: AsyncIterable<ReplyPart>): Promise<ReplyPart[]> {
  const all: ReplyPart[] = []
  for await (const part of parts) all.push(part)
  return all
}

export function said(parts: readonly ReplyPart[]): string {
  return parts.map(part => (part.kind === 'words' ? part.text : '')).join('')
}

export function soundMs(parts: readonly ReplyPart[]): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === 'audio' ? (part.samples.length * 1000) / part.rate : 0),
    0,
  )
}

export async function setUp(options: Partial<CascadeOptions> = {}) {
  const time = handClock()
  const fake = fakeCall(time.clock)
  const log: VoiceLog = { asked: [], open: 0 }
  const voice = testVoice(log)
  const engine = createCascade({
    mind: mindSaying('Hello there. ', 'How are you?'),
    voices: () => voice,
    ...options,
  })
  const link: EngineLink = await engine.connect(fake.call)
  return { ...time, ...fake, log, link }
}

export const signal = (): AbortSignal => new AbortController().signal
