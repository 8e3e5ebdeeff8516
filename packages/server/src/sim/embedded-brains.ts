/**
 * Brains of simulated vendors that need no network: the embedded voices speak, the embedded recogniser hears what the
 * scripted agent listens for, and the scripted agent thinks. They are no model: they know the front desk and no more.
 */

import type { Resampling } from '@parley/audio'
import {
  type Clock,
  type HistoryEntry,
  ParleyError,
  type ReplyId,
  type SttEvent,
  type TurnId,
  withoutFacts,
} from '@parley/core'
import { createScriptedAgent, type Script, scriptGrammar } from '@parley/engines'
import type { SimBrains, SimHeard, SimPrompt, SimSpeech, SimWord } from '@parley/sim'
import type { EmbeddedSpeech } from '../gateway/embedded-speech.js'
import { rememberHeard } from './remember-heard.js'

export interface EmbeddedBrainsOptions {
  readonly clock: Clock
  readonly speech: EmbeddedSpeech
  readonly resampling: Resampling
  /** Scripts that think and whose phrases are heard; the first where none speaks the language. */
  readonly scripts: readonly Script[]
}

const HEARING_RATE = 16_000
const FRAME_MS = 20
/** A recogniser that gives nothing for this long has heard nothing, ms. */
const HEAR_MS = 8_000

export function embeddedBrains(options: EmbeddedBrainsOptions): SimBrains {
  const { speech, resampling } = options

  function scriptFor(language: string): Script {
    const base = language.toLowerCase().split('-')[0]
    const found = options.scripts.find(script => script.language.split('-')[0] === base) ?? options.scripts[0]
    if (found === undefined) throw new ParleyError('internal', 'a simulated mind needs a script')
    return found
  }

  const remembered = rememberHeard()

  return {
    async hear(samples, sampleRate, language) {
      // Only English is heard, whatever was asked for.
      const wanted = language === '' || language === 'multi' ? 'en' : language
      if (speech.recogniser === undefined || !speech.hears(wanted)) return { text: '', words: [] }
      const sound = converted(samples, { fromRate: sampleRate, toRate: HEARING_RATE, resampling })
      return remembered(sound, HEARING_RATE, () =>
        listen(sound, scriptGrammar(scriptFor('en')).jsgf, options),
      )
    },
    async speak(text, sampleRate, language) {
      const wanted = language === '' ? languageOf(text) : language
      const own = speech.voice(wanted)
      const voice = own ?? speech.voice('en')
      if (voice === undefined || !/[\p{L}\p{N}]/u.test(text)) return { samples: new Int16Array(0), words: [] }
      const request = { text, language: own === undefined ? 'en' : wanted }
      const spoken = await collect(voice.speak(request, new AbortController().signal))
      const { samples, words } = spoken
      return {
        samples: converted(samples, { fromRate: voice.sampleRate, toRate: sampleRate, resampling }),
        words,
      }
    },
    async *think(prompt) {
      const { instructions, messages } = prompt
      if (readsAloud.test(instructions)) return yield* pieces(messages.at(-1)?.text ?? '')
      const all = [instructions, ...messages.map(({ text }) => text)].join(' ')
      yield* answer(prompt, scriptFor(languageOf(all)))
    },
  }
}

/** Speaks an utterance into the recogniser, as fast as it takes it. */
function listen(
  samples: Int16Array,
  grammar: string,
  { clock, speech }: EmbeddedBrainsOptions,
): Promise<SimHeard> {
  return new Promise(resolve => {
    const texts: Extract<SttEvent, { kind: 'final' | 'partial' }>[] = []
    const done = () => {
      cancel()
      stream?.close()
      const words = texts.flatMap(
        ({ words: timed, text, startMs, endMs }) => timed ?? spread(text, startMs, endMs),
      )
      resolve({ text: texts.map(({ text }) => text).join(' '), words })
    }
    const cancel = clock.after(HEAR_MS, done)
    const stream = speech.recogniser?.open({
      language: 'en',
      grammar,
      clock,
      onEvent(event) {
        if (event.kind === 'final' && event.text !== '') texts.push(event)
        if (event.kind === 'finished' || event.kind === 'lost') done()
      },
    })
    if (stream === undefined) return done()
    const step = (HEARING_RATE * FRAME_MS) / 1000
    stream.begin(0)
    for (let at = 0; at < samples.length; at += step) {
      const atMs = (at * 1000) / HEARING_RATE
      stream.hear({ samples: samples.slice(at, at + step), rate: HEARING_RATE, atMs })
    }
    stream.finish((samples.length * 1000) / HEARING_RATE)
  })
}

function spread(text: string, startMs: number, endMs: number): SimWord[] {
  const words = text.split(/\s+/).filter(word => word !== '')
  const each = (endMs - startMs) / Math.max(1, words.length)
  return words.map((word, index) => ({
    text: word,
    startMs: startMs + index * each,
    endMs: startMs + (index + 1) * each,
  }))
}

interface Conversion {
  readonly fromRate: number
  readonly toRate: number
  readonly resampling: Resampling
}

function converted(samples: Int16Array, { fromRate, toRate, resampling }: Conversion): Int16Array {
  if (fromRate === toRate) return samples
  const resampler = resampling.create({ fromRate, toRate })
  const first = resampler.process(samples).slice()
  const rest = resampler.flush().slice()
  resampler.close()
  const all = new Int16Array(first.length + rest.length)
  all.set(first)
  all.set(rest, first.length)
  return all
}

async function collect(
  parts: ReturnType<NonNullable<ReturnType<EmbeddedSpeech['voice']>>['speak']>,
): Promise<SimSpeech> {
  const chunks: Int16Array[] = []
  const words: SimWord[] = []
  for await (const part of parts) {
    if (part.kind === 'audio') chunks.push(part.samples)
    if (part.kind === 'word') words.push({ text: part.text, startMs: part.startMs, endMs: part.endMs })
  }
  const samples = new Int16Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    samples.set(chunk, at)
    at += chunk.length
  }
  return { samples, words }
}

/** The script keeps its place in the history, which vendors do not: what was said before is gone through again. */
async function* answer({ messages }: SimPrompt, script: Script): ReturnType<SimBrains['think']> {
  const mind = createScriptedAgent(script)
  const said = messages.flatMap(message => (message.role === 'user' ? [withoutFacts(message.text)] : []))
  const signal = new AbortController().signal
  let history: readonly HistoryEntry[] = []
  const { language } = script
  for (const [index, userText] of said.entries()) {
    const isLast = index === said.length - 1
    let state: HistoryEntry | undefined
    for await (const part of mind.stream({ userText, history, language }, signal)) {
      if (part.kind === 'state') state = agentEntry(index, part.state)
      if (part.kind === 'text' && isLast) yield* pieces(part.text)
    }
    if (state !== undefined) history = [...history, state]
  }
}

function agentEntry(index: number, state: Extract<HistoryEntry, { role: 'agent' }>['state']): HistoryEntry {
  const names = { turn: `turn_${index}` as TurnId, reply: `reply_${index}` as ReplyId }
  return { role: 'agent', ...names, text: '…', interrupted: false, ...(state === undefined ? {} : { state }) }
}

/** A token is a word here. */
function* pieces(text: string) {
  for (const word of text.match(/\S+\s*/g) ?? []) yield { kind: 'text', text: word } as const
}

/** What a voice that is a model is asked: its text is not to be answered. */
const readsAloud = /\bword for word\b/i

function languageOf(text: string): string {
  return /[¿¡ñáéíóú]|\b(hola|gracias|usted|español)\b/i.test(text) ? 'es' : 'en'
}
