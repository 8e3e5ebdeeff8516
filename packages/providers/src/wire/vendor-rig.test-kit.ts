/** What tests of adapters need: a world for the adapter, its speech gathered, and waiting for things, not for time. */

import {
  type Clock,
  type ParleyError,
  type SpeechPart,
  type SpeechRequest,
  type SpeechToText,
  type SttEvent,
  type SttStream,
  systemClock,
  type TextToSpeech,
} from '@parley/core'
import { codeSpeech, readSpeech, type VendorSim } from '@parley/sim'
import type { VendorContext } from '../vendor.js'
import { fixedKey, type KeyOutcome, type KeySource } from './keys.js'
import { openSocket } from './socket.js'

export interface Rig extends VendorContext {
  readonly warnings: ParleyError[]
}

export function rigFor(sim: Pick<VendorSim, 'baseUrl'>, change: Partial<VendorContext> = {}): Rig {
  const warnings: ParleyError[] = []
  let ids = 0
  return {
    clock: systemClock,
    epochMs: () => 0,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    baseUrl: sim.baseUrl,
    keys: fixedKey('secret-key'),
    fetch,
    openSocket,
    warn: error => warnings.push(error),
    warnings,
    ...change,
  }
}

/** One key that remembers what became of it. */
export function tellingKey(): { readonly keys: KeySource; readonly outcomes: KeyOutcome[] } {
  const outcomes: KeyOutcome[] = []
  return {
    outcomes,
    keys: {
      async take() {
        let told = false
        return {
          key: 'secret-key',
          done(outcome) {
            if (!told) outcomes.push(outcome)
            told = true
          },
        }
      },
    },
  }
}

export interface Said {
  readonly parts: SpeechPart[]
  /** The words in the sound. */
  readonly heard: string
  readonly words: readonly Extract<SpeechPart, { kind: 'word' }>[]
  readonly characters: number | undefined
  readonly soundMs: number
}

export async function say(
  voice: TextToSpeech,
  request: Partial<SpeechRequest> & { readonly text: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<Said> {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ language: 'en', ...request }, signal)) parts.push(part)
  return saidIn(parts, voice.sampleRate)
}

export function saidIn(parts: SpeechPart[], rate: number): Said {
  const samples = parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))
  return {
    parts,
    heard: readSpeech(Int16Array.from(samples), rate).text,
    words: parts.filter(part => part.kind === 'word'),
    characters: parts.find(part => part.kind === 'usage')?.characters,
    soundMs: (samples.length * 1000) / rate,
  }
}

/** Resolves once it holds; looks after every turn of the event loop. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

export interface EarRig {
  readonly stream: SttStream
  readonly events: SttEvent[]
  /** Says a text into it, frame by frame, with silence around; returns where its sound begins and ends, media ms. */
  speak(text: string): { readonly startMs: number; readonly endMs: number }
  silence(ms: number): void
  /** Goes on elsewhere on the time line. */
  jump(ms: number): void
  texts(kind: 'partial' | 'final'): string[]
  until(kind: SttEvent['kind'], count?: number): Promise<void>
}

export function earRig(stt: SpeechToText, language = 'en', clock: Clock = systemClock): EarRig {
  const events: SttEvent[] = []
  const stream = stt.open({ language, clock, onEvent: event => void events.push(event) })
  const rate = stt.sampleRate
  let atMs = 0

  function hear(samples: Int16Array): void {
    const size = rate / 50
    for (let at = 0; at < samples.length; at += size) {
      const frame = samples.slice(at, at + size)
      stream.hear({ samples: frame, rate, atMs })
      atMs += (frame.length * 1000) / rate
    }
  }

  return {
    stream,
    events,
    speak(text) {
      const startMs = atMs
      hear(codeSpeech(text, rate).samples)
      return { startMs, endMs: atMs }
    },
    silence: ms => hear(new Int16Array((rate * ms) / 1000)),
    jump(ms) {
      atMs += ms
    },
    texts: kind => events.flatMap(event => (event.kind === kind && 'text' in event ? [event.text] : [])),
    until: (kind, count = 1) => eventually(() => events.filter(event => event.kind === kind).length >= count),
  }
}
