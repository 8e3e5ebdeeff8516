import {
  createSessionUsage,
  type LanguageModelPart,
  type SpeechPart,
  type SpeechToText,
  type SttEvent,
  type UsageAccount,
  type Used,
} from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createHandClock } from '../testing/hand-clock.js'
import { meterModel, meterRecogniser, meterVoice } from './meter-providers.js'

const by = { slot: 'llm', provider: 'acme' } as const

function bench() {
  const used: Used[] = []
  const usage = createSessionUsage()
  const watcher = {
    firstOutput: () => {},
    failed: () => {},
    used(what: Used, account?: UsageAccount) {
      used.push(what)
      account?.used(by, what)
    },
    asked: (counted: boolean, account?: UsageAccount) => account?.asked(by, counted),
  }
  return { used, usage, metering: { name: 'acme', clock: createHandClock(), watcher } }
}

async function* given<Part>(parts: readonly Part[]): AsyncGenerator<Part> {
  yield* parts
}

/** Draws so many parts, as who is cut does. */
async function draw(parts: AsyncIterable<unknown>, most = Number.POSITIVE_INFINITY): Promise<void> {
  let count = 0
  for await (const _ of parts) {
    count += 1
    if (count >= most) return
  }
}

const { signal } = new AbortController()

describe('what a request used', () => {
  it('goes to the conversation it was for, once for the whole answer of a model', async () => {
    const { usage, used, metering } = bench()
    const parts: LanguageModelPart[] = [
      { kind: 'text', text: 'Hi' },
      { kind: 'usage', inputTokens: 5, outputTokens: 1 },
      { kind: 'usage', inputTokens: 5, outputTokens: 3, cachedTokens: 4 },
    ]
    const model = meterModel({ name: 'm', stream: () => given(parts) }, metering)
    const request = { history: [], language: 'en' }
    await draw(model.stream({ ...request, account: usage }, signal))
    await draw(model.stream(request, signal))
    const counted = { inputTokens: 5, outputTokens: 3, cachedTokens: 4 }
    expect(used).toEqual([counted, counted])
    expect(usage.lines()).toMatchObject([{ used: counted, requests: 1, uncounted: 0 }])
    await draw(model.stream({ ...request, account: usage }, signal), 1)
    expect(usage.lines()).toMatchObject([{ used: counted, requests: 2, uncounted: 1 }])
  })

  it('is the whole text of a voice that was cut before it told', async () => {
    const { usage, metering } = bench()
    const parts: SpeechPart[] = [
      { kind: 'audio', samples: new Int16Array(4) },
      { kind: 'audio', samples: new Int16Array(4) },
      { kind: 'usage', characters: 11 },
    ]
    const facts = { name: 'v', sampleRate: 16_000, languages: ['*'], close: async () => {} }
    const voice = meterVoice({ ...facts, speak: () => given(parts) }, metering)
    const request = { text: 'Hola 🙂', language: 'es', account: usage }
    await draw(voice.speak(request, signal))
    expect(usage.lines()).toMatchObject([{ used: { characters: 11 } }])
    await draw(voice.speak(request, signal), 1)
    expect(usage.lines()).toMatchObject([{ used: { characters: 17 }, requests: 2, uncounted: 0 }])
    const silent = meterVoice({ ...facts, speak: () => given<SpeechPart>([]) }, metering)
    await draw(silent.speak(request, signal))
    expect(usage.lines()).toMatchObject([{ used: { characters: 17 }, requests: 3, uncounted: 1 }])
  })

  it('is what a recogniser tells, also while it closes; one that heard something and tells nothing is known', () => {
    const { usage, metering } = bench()
    let tell: (event: SttEvent) => void = () => {}
    const stt: SpeechToText = {
      name: 's',
      sampleRate: 16_000,
      close: async () => {},
      open({ onEvent }) {
        tell = onEvent
        return { hear: () => {}, begin: () => {}, finish: () => {}, close: () => {} }
      },
    }
    const options = { language: 'en', clock: metering.clock, account: usage, onEvent: () => {} }
    const open = () => meterRecogniser(stt, metering).open(options)
    const frame = { samples: new Int16Array(4), rate: 16_000, atMs: 0 }
    const first = open()
    first.hear(frame)
    tell({ kind: 'usage', audioMs: 400 })
    first.close()
    tell({ kind: 'usage', audioMs: 100 })
    expect(usage.lines()).toMatchObject([{ used: { audioMs: 500 }, requests: 1, uncounted: 0 }])
    open().close()
    const mute = open()
    mute.hear(frame)
    mute.close()
    expect(usage.lines()).toMatchObject([{ used: { audioMs: 500 }, requests: 2, uncounted: 1 }])
  })
})
