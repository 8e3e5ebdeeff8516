/**
 * One conversation in virtual time: a caller whose sentences ask something of one to three sources, a recogniser that
 * gives partials as the words are spoken, and the real session, cascade and enricher between them.
 */

import { createEnricher, type TimedSource } from '@parley/context'
import {
  createFixedEndpointing,
  type EngineCall,
  type LanguageModel,
  type SpeechToText,
  type SttEvent,
  type TextToSpeech,
} from '@parley/core'
import { createCascade } from '@parley/engines'
import { SimConversation, seededRandom } from '@parley/sim'

export interface TalkOptions {
  readonly seed: number
  readonly turns: number
  /** Where in the sentence the words stand that a source wants. */
  readonly topic: 'anywhere' | 'last'
  /** Whether sources are asked while the caller speaks; else only when the words are final. */
  readonly overhears: boolean
  /** Whether answers are prepared in the silence before the turn is decided over. */
  readonly prepares: boolean
  /** Silence that ends a turn, ms. */
  readonly silenceMs: number
  readonly budgetMs: number
}

export interface TurnFigures {
  /** From the final text to the facts, ms. */
  readonly waitMs: number
  /** The part of it that lies behind the decision that the turn is over: what the caller waits for facts. */
  readonly visibleMs: number
  readonly used: number
  readonly late: number
}

const WORD_MS = 300
const names = ['prices', 'weather', 'news'] as const

export async function talkFor(options: TalkOptions): Promise<readonly TurnFigures[]> {
  const random = seededRandom(options.seed)
  const between = (from: number, to: number) => from + random() * (to - from)
  let words: readonly string[] = []

  const talk = await SimConversation.start({
    policy: { speculation: { perTurn: options.prepares ? 3 : 0, wastedMsPerMinute: 600_000 } },
    endpointing: createFixedEndpointing(options.silenceMs),
    limits: { maxMs: 1e9, idleMs: 1e9 },
    around: () => ({
      connect(call) {
        const wait = () =>
          new Promise<void>(resolve => {
            call.clock.after(between(80, 250), resolve)
          })
        const maker = createEnricher({
          sources: names.map(name => source(name, wait)),
          clock: call.clock,
          epochMs: () => call.clock.now(),
          budgetMs: options.budgetMs,
        })
        return createCascade({
          stt: recogniser(call, { words: () => words, between }),
          mind,
          voices: () => voice,
          enricher: each => {
            const enricher = maker.forCall(each)
            return options.overhears ? enricher : { ...enricher, overhear: () => {} }
          },
        }).connect(call)
      },
    }),
  })

  const figures: TurnFigures[] = []
  for (let turn = 0; turn < options.turns; turn++) {
    const speechMs = Math.round(between(1_000, 4_000) / 20) * 20
    words = sentence(turn, {
      count: Math.max(2, Math.floor(speechMs / WORD_MS)),
      topic: options.topic,
      random,
    })
    const before = talk.of('ledger').length
    await talk.speak(speechMs)
    await talk.silence(2_400)
    const ledger = talk.of('ledger')[before]?.ledger
    const stage = ledger?.stages.find(each => each.stage === 'context')
    if (ledger === undefined || stage === undefined) continue
    const endMs = stage.startMs + stage.durationMs
    const endpoint = ledger.stages.find(each => each.stage === 'endpoint')
    const overMs = endpoint === undefined ? 0 : endpoint.startMs + endpoint.durationMs
    const { used = [], late = [] } = ledger.context ?? {}
    figures.push({
      waitMs: stage.durationMs,
      visibleMs: Math.max(0, endMs - Math.max(overMs, stage.startMs)),
      used: used.length,
      late: late.length,
    })
  }
  await Promise.all([talk.session.end('client'), talk.clock.advance(10_000)])
  return figures
}

/** Answers at once and in one word: only the facts take time. */
const mind: LanguageModel = {
  name: 'bench mind',
  async *stream() {
    yield { kind: 'text', text: 'Yes.' }
  },
}

const voice: TextToSpeech = {
  name: 'bench voice',
  sampleRate: 16_000,
  languages: ['*'],
  async *speak() {
    yield { kind: 'audio', samples: new Int16Array(8_000).fill(900) }
  },
  close: async () => {},
}

/** Wants `<name>-<turn>`, so that no answer is in the cache. */
function source(name: string, wait: () => Promise<void>): TimedSource {
  const wanted = new RegExp(`\\b${name}-\\d+`)
  return {
    name,
    freshMs: 60_000,
    wants: text => wanted.exec(text)?.[0],
    async fetch(key) {
      await wait()
      return [{ source: name, text: key, asOfMs: 0 }]
    },
  }
}

interface SentenceOptions {
  readonly count: number
  readonly topic: TalkOptions['topic']
  readonly random: () => number
}

/** Filling words with the topics of one to three sources among them. */
function sentence(turn: number, { count, topic, random }: SentenceOptions): readonly string[] {
  const words = Array.from({ length: count }, (_, at) => `word${at}`)
  const asked = 1 + Math.floor(random() * names.length)
  for (const name of names.slice(0, asked)) {
    const at = topic === 'last' ? count - 1 : Math.floor(random() * count)
    words[at] = `${words[at]} ${name}-${turn}`
  }
  return words
}

interface Recognising {
  readonly words: () => readonly string[]
  readonly between: (from: number, to: number) => number
}

/** A partial 150 ms behind each word; the final text 100 to 250 ms after it is asked for. */
function recogniser(call: EngineCall, { words, between }: Recognising): SpeechToText {
  return {
    name: 'bench recogniser',
    sampleRate: call.inputRate,
    open({ clock, onEvent }) {
      let beganMs: number | undefined
      let told = 0
      const soon = (ms: number, event: SttEvent) => clock.after(ms, () => onEvent(event))
      const textOf = (count: number) => words().slice(0, count).join(' ')
      return {
        hear({ atMs }) {
          if (beganMs === undefined) return
          const spoken = Math.min(words().length, Math.floor((atMs - beganMs) / WORD_MS))
          if (spoken <= told) return
          told = spoken
          soon(150, { kind: 'partial', text: textOf(spoken), startMs: beganMs, endMs: atMs })
        },
        begin(atMs) {
          beganMs = atMs
          told = 0
        },
        finish(atMs) {
          const startMs = beganMs ?? atMs
          beganMs = undefined
          const text = textOf(words().length)
          clock.after(between(100, 250), () => {
            onEvent({ kind: 'final', text, startMs, endMs: atMs })
            onEvent({ kind: 'finished', atMs })
          })
        },
        close() {},
      }
    },
    close: async () => {},
  }
}
