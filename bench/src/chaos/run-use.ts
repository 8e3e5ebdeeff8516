/** One use of a slot through its wrapper: which words came, and the longest wait of whoever listens. */

import { setTimeout as sleep } from 'node:timers/promises'
import { loadResampling } from '@parley/audio'
import { systemClock } from '@parley/core'
import {
  createResilientModel,
  createResilientRecogniser,
  createResilientVoice,
  type FailoverOptions,
} from '@parley/engines'
import { codeSpeech, readSpeech } from '@parley/sim'
import type { Providers, SlotName } from './contenders.js'

export interface Came {
  readonly words: readonly string[]
  /** llm: between two pieces of text. tts: silence while nothing was there to be played. stt: from the end of speech to its last text. */
  readonly waitMs: number
  readonly error: string | undefined
}

export type Wrap = { readonly [S in SlotName]: (providers: readonly Providers[S][]) => Providers[S] }

const resampling = await loadResampling()

export function wraps(options: Omit<FailoverOptions, 'clock'> = {}): Wrap {
  const shared = { ...options, clock: systemClock, resampling }
  return {
    stt: providers => createResilientRecogniser(providers, shared),
    llm: providers => createResilientModel(providers, shared),
    tts: providers => createResilientVoice(providers, shared),
  }
}

export const uses: { readonly [S in SlotName]: (provider: Providers[S], text: string) => Promise<Came> } = {
  stt: hear,
  llm: think,
  tts: say,
}

async function think(model: Providers['llm'], _text: string): Promise<Came> {
  let said = ''
  let waitMs = 0
  let error: string | undefined
  let lastMs = performance.now()
  try {
    const request = { userText: 'go', history: [], language: 'en', instructions: 'You are a test.' }
    for await (const part of model.stream(request, new AbortController().signal)) {
      if (part.kind !== 'text') continue
      said += part.text
      waitMs = Math.max(waitMs, performance.now() - lastMs)
      lastMs = performance.now()
    }
  } catch (thrown) {
    error = String(thrown)
  }
  return { words: wordsOf(said), waitMs: Math.max(waitMs, performance.now() - lastMs), error }
}

async function say(voice: Providers['tts'], text: string): Promise<Came> {
  const pieces: Int16Array[] = []
  const beganMs = performance.now()
  /** When what has come will have been played. */
  let playedMs = beganMs
  let waitMs = 0
  let error: string | undefined
  try {
    for await (const part of voice.speak({ text, language: 'en' }, new AbortController().signal)) {
      if (part.kind !== 'audio') continue
      const nowMs = performance.now()
      waitMs = Math.max(waitMs, nowMs - playedMs)
      playedMs = Math.max(playedMs, nowMs) + (part.samples.length * 1000) / voice.sampleRate
      pieces.push(part.samples)
    }
  } catch (thrown) {
    error = String(thrown)
  }
  const sound = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    sound.set(piece, at)
    at += piece.length
  }
  return { words: wordsOf(readSpeech(sound, voice.sampleRate).text), waitMs, error }
}

/** Longest wait for the answer to the end of speech, ms. */
const PATIENCE_MS = 15_000
const FRAME_MS = 20
const QUIET_MS = 200

async function hear(recogniser: Providers['stt'], text: string): Promise<Came> {
  const { sampleRate } = recogniser
  const { samples } = codeSpeech(text, sampleRate)
  const heard: string[] = []
  let answered = (_atMs: number) => {}
  const answer = new Promise<number>(resolve => {
    answered = resolve
  })
  const stream = recogniser.open({
    language: 'en',
    clock: systemClock,
    onEvent(event) {
      if (event.kind === 'final') heard.push(...wordsOf(event.text))
      if (event.kind === 'finished') answered(performance.now())
    },
  })
  const size = (sampleRate * FRAME_MS) / 1000
  const startMs = QUIET_MS
  const endMs = startMs + (samples.length * 1000) / sampleRate
  const sound = new Int16Array(Math.ceil((samples.length + (sampleRate * 2 * QUIET_MS) / 1000) / size) * size)
  sound.set(samples, (startMs * sampleRate) / 1000)
  const beganMs = performance.now()
  let finishedMs: number | undefined
  for (let at = 0, atMs = 0; at < sound.length; at += size, atMs += FRAME_MS) {
    const lateMs = performance.now() - beganMs - atMs
    if (lateMs < 0) await sleep(-lateMs)
    stream.hear({ samples: sound.subarray(at, at + size), rate: sampleRate, atMs })
    if (atMs === startMs + 3 * FRAME_MS) stream.begin(startMs)
    if (finishedMs === undefined && atMs > endMs + 3 * FRAME_MS) {
      stream.finish(endMs)
      finishedMs = performance.now()
    }
  }
  const late = sleep(PATIENCE_MS, 'late' as const, { ref: false })
  const result = await Promise.race([answer, late])
  stream.close()
  return {
    words: heard,
    waitMs: Math.max(0, (result === 'late' ? performance.now() : result) - (finishedMs ?? beganMs)),
    error: result === 'late' ? `no answer within ${PATIENCE_MS} ms` : undefined,
  }
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter(word => word !== '')
}
