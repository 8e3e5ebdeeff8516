/** Providers that fail when told to, for the tests of what stands around them. */

import { type VisemeCue, visemesOfWords } from '@parley/audio'
import {
  type LanguageModel,
  type LanguageModelPart,
  ParleyError,
  type SpeechPart,
  type TextToSpeech,
} from '@parley/core'
import { codeSpeech, type VirtualClock } from '@parley/sim'
import { expect } from 'vitest'
import { saidBefore } from './go-on.js'
import type { Incident } from './incident.js'

/** What happens after so many parts of one use: an error, silence for ever, or a wait before each part. */
export interface Fate {
  readonly after: number
  readonly kind: 'fail' | 'hang' | 'refuse'
}

/** How a model goes on from what was said. */
export type Manner = 'exact' | 'anew' | 'sentence' | 'last-words'

export interface Account {
  /** Uses begun. */
  uses: number
  /** Uses under way. */
  open: number
}

export const account = (): Account => ({ uses: 0, open: 0 })

/** Says `text` in `pieces`; the fate of each use is the next of `fates`, none: it ends well. */
export function mindOf({
  name = 'mind',
  text,
  pieces = [3],
  fates = [],
  manner = 'exact',
  firstMs = 0,
  clock,
  log = account(),
}: {
  readonly name?: string
  readonly text: string
  /** Lengths of the pieces in turn, in characters. */
  readonly pieces?: readonly number[]
  readonly fates?: readonly (Fate | undefined)[]
  readonly manner?: Manner
  readonly firstMs?: number
  readonly clock: VirtualClock
  readonly log?: Account
}): LanguageModel {
  return {
    name,
    async *stream({ instructions = '' }, signal): AsyncGenerator<LanguageModelPart> {
      const fate = fates[log.uses++]
      log.open++
      try {
        const answer = goingOn(text, saidBefore(instructions), manner)
        if (firstMs > 0) await clock.sleep(firstMs)
        let given = 0
        let at = 0
        while (at < answer.length) {
          await strike(fate, given, signal)
          const size = pieces[given++ % pieces.length] ?? 1
          yield { kind: 'text', text: answer.slice(at, at + size) }
          at += size
        }
        await strike(fate, given, signal)
      } finally {
        log.open--
      }
    },
  }
}

function goingOn(text: string, said: string | undefined, manner: Manner): string {
  if (said === undefined) return text
  const rest = text.slice(said.length).trimStart()
  if (manner === 'exact') return rest
  if (manner === 'anew') return text
  const words = said.split(' ')
  const sentence = said.split(/(?<=[.!?]) /).at(-1) ?? ''
  return `${manner === 'sentence' ? sentence : words.slice(-4).join(' ')} ${rest}`
}

async function strike(fate: Fate | undefined, given: number, signal: AbortSignal): Promise<void> {
  if (fate === undefined || given < fate.after) return
  if (fate.kind === 'hang') await new Promise(resolve => signal.addEventListener('abort', resolve))
  const code = fate.kind === 'refuse' ? 'provider_refused' : 'provider_failed'
  throw new ParleyError(code, 'told to fail', { retryable: fate.kind !== 'refuse' })
}

/** Speaks in the code of the simulator, in chunks; its shapes, and if `timed` its words, come with the chunk they begin in. */
export function voiceOf({
  name = 'voice',
  sampleRate = 8_000,
  timed = true,
  chunkMs = 30,
  fates = [],
  firstMs = 0,
  clock,
  log = account(),
}: {
  readonly name?: string
  readonly sampleRate?: number
  readonly timed?: boolean
  readonly chunkMs?: number
  readonly fates?: readonly (Fate | undefined)[]
  readonly firstMs?: number
  readonly clock: VirtualClock
  readonly log?: Account
}): TextToSpeech {
  return {
    name,
    sampleRate,
    languages: ['*'],
    async *speak({ text }, signal): AsyncGenerator<SpeechPart> {
      const fate = fates[log.uses++]
      log.open++
      try {
        if (firstMs > 0) await clock.sleep(firstMs)
        const { samples, words } = codeSpeech(text, sampleRate)
        const size = Math.round((chunkMs * sampleRate) / 1000)
        const cues = visemesOfWords(words, 'en')
        let told = 0
        let shown = 0
        for (let at = 0; at < samples.length; at += size) {
          await strike(fate, at / size, signal)
          const endMs = ((at + size) * 1000) / sampleRate
          for (let word = words[told]; timed && word && word.startMs < endMs; word = words[++told])
            yield { kind: 'word', ...word }
          const from = shown
          while ((cues[shown]?.startMs ?? endMs) < endMs) shown++
          if (shown > from) yield { kind: 'visemes', cues: cues.slice(from, shown) }
          yield { kind: 'audio', samples: samples.slice(at, at + size) }
        }
        await strike(fate, Number.POSITIVE_INFINITY, signal)
        yield { kind: 'usage', characters: text.length }
      } finally {
        log.open--
      }
    },
    close: async () => {},
  }
}

/** The shapes among the parts, checked: in order, without overlap, none after the sound that is there. */
export function cuesOf(parts: readonly SpeechPart[], rate: number): readonly VisemeCue[] {
  const cues = parts.flatMap(part => (part.kind === 'visemes' ? part.cues : []))
  const samples = parts.reduce((sum, part) => (part.kind === 'audio' ? sum + part.samples.length : sum), 0)
  let lastMs = 0
  for (const { startMs, endMs } of cues) {
    expect(startMs).toBeGreaterThanOrEqual(lastMs - 1e-6)
    expect(endMs).toBeGreaterThan(startMs)
    lastMs = endMs
  }
  // A sample of another rate is rounded.
  expect(lastMs).toBeLessThanOrEqual((samples * 1000) / rate + 1)
  return cues
}

/** Everything a stream gives, with time going on as long as it takes. */
export async function drain<Part>(clock: VirtualClock, parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = []
  let over = false
  const drawing = (async () => {
    try {
      for await (const part of parts) all.push(part)
    } finally {
      over = true
    }
  })()
  // The failure is the caller's to see below.
  drawing.catch(() => {})
  while (!over) await clock.advance(50)
  await drawing
  return all
}

export const textOf = (parts: readonly LanguageModelPart[]): string =>
  parts.map(part => (part.kind === 'text' ? part.text : '')).join('')

export function incidents() {
  const all: Incident[] = []
  return { all, onIncident: (incident: Incident) => void all.push(incident) }
}
