/** What the wrappers themselves take: the same parts with and without them. */

import type { LanguageModel, SpeechPart, SpeechToText, TextToSpeech } from '@parley/core'
import { systemClock } from '@parley/core'
import {
  createCachedVoice,
  createResilientModel,
  createResilientRecogniser,
  createResilientVoice,
  createSpeechShelf,
} from '@parley/engines'
import { codeSpeech } from '@parley/sim'
import { quantile } from '../turns/statistics.js'

export interface OverheadFigures {
  readonly wrapper: string
  /** In one use. */
  readonly parts: number
  readonly plainUs: number
  readonly wrappedUs: number
}

const ROUNDS = 41
const RATE = 16_000
const CHUNK_MS = 20
const words = Array.from({ length: 400 }, (_, at) => `word${at} `)
const clause = 'A clause of usual length with some ten words in it.'

export async function measureOverhead(): Promise<readonly OverheadFigures[]> {
  return [await ofModel(), await ofVoice(), await ofCache(), await ofRecogniser()]
}

async function ofModel(): Promise<OverheadFigures> {
  const model: LanguageModel = {
    name: 'plain',
    async *stream() {
      for (const text of words) yield { kind: 'text', text }
    },
  }
  const wrapped = createResilientModel([model, model], { clock: systemClock })
  const use = (each: LanguageModel) => drawn(each.stream({ history: [], language: 'en' }, signal()))
  const { plainUs, wrappedUs } = await compare(
    () => use(model),
    () => use(wrapped),
    words.length,
  )
  return { wrapper: 'model, a token', parts: words.length, plainUs, wrappedUs }
}

function plainVoice(): TextToSpeech {
  const { samples, words: spoken } = codeSpeech(clause.repeat(6), RATE)
  const size = (RATE * CHUNK_MS) / 1000
  const parts: SpeechPart[] = []
  let told = 0
  for (let at = 0; at < samples.length; at += size) {
    const endMs = ((at + size) * 1000) / RATE
    for (let word = spoken[told]; word !== undefined && word.startMs < endMs; word = spoken[++told])
      parts.push({ kind: 'word', ...word })
    parts.push({ kind: 'audio', samples: samples.slice(at, at + size) })
  }
  return {
    ...{ name: 'plain', sampleRate: RATE, languages: ['*'] },
    async *speak() {
      yield* parts
    },
    close: async () => {},
  }
}

const speech = { text: clause.repeat(6), language: 'en' }

async function ofVoice(): Promise<OverheadFigures> {
  const voice = plainVoice()
  const wrapped = createResilientVoice([voice, voice], { clock: systemClock })
  const parts = await drawn(voice.speak(speech, signal()))
  const { plainUs, wrappedUs } = await compare(
    () => drawn(voice.speak(speech, signal())),
    () => drawn(wrapped.speak(speech, signal())),
    parts,
  )
  return {
    ...{ wrapper: `voice, ${CHUNK_MS} ms of sound`, parts, plainUs, wrappedUs },
  }
}

async function ofCache(): Promise<OverheadFigures> {
  const voice = plainVoice()
  const shelf = createSpeechShelf()
  const wrapped = createCachedVoice(voice, {
    ...{ clock: systemClock, shelf, fingerprint: 'f', isFixed: () => true },
  })
  await drawn(wrapped.speak(speech, signal()))
  const parts = await drawn(voice.speak(speech, signal()))
  const { plainUs, wrappedUs } = await compare(
    () => drawn(voice.speak(speech, signal())),
    () => drawn(wrapped.speak(speech, signal())),
    parts,
  )
  return { wrapper: 'cached voice, hit', parts, plainUs, wrappedUs }
}

async function ofRecogniser(): Promise<OverheadFigures> {
  const recogniser: SpeechToText = {
    ...{ name: 'plain', sampleRate: RATE },
    open: () => ({ hear: () => {}, begin: () => {}, finish: () => {}, close: () => {} }),
    close: async () => {},
  }
  const wrapped = createResilientRecogniser([recogniser, recogniser], { clock: systemClock })
  const frames = 1_500
  const samples = new Int16Array((RATE * CHUNK_MS) / 1000)
  const use = async (each: SpeechToText) => {
    const stream = each.open({ language: 'en', clock: systemClock, onEvent: () => {} })
    stream.begin(0)
    for (let at = 0; at < frames; at++) stream.hear({ samples, rate: RATE, atMs: at * CHUNK_MS })
    stream.close()
  }
  const { plainUs, wrappedUs } = await compare(
    () => use(recogniser),
    () => use(wrapped),
    frames,
  )
  return {
    wrapper: `recogniser, ${CHUNK_MS} ms of sound`,
    parts: frames,
    plainUs,
    wrappedUs,
  }
}

function signal(): AbortSignal {
  return new AbortController().signal
}

async function drawn(parts: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of parts) count++
  return count
}

/** The median of many rounds of each, in turns, µs a part. */
async function compare(
  plain: () => Promise<unknown>,
  wrapped: () => Promise<unknown>,
  parts: number,
): Promise<{ readonly plainUs: number; readonly wrappedUs: number }> {
  const [one, other]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    one.push(await timed(plain))
    other.push(await timed(wrapped))
  }
  const median = (ms: number[]) => (quantile(ms, 0.5) * 1000) / parts
  return { plainUs: median(one), wrappedUs: median(other) }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await run()
  return performance.now() - beganMs
}
