/** Who can speak over HTTP: voices in the order in which they are tried, and how a client names one of them. */

import { type Expression, ParleyError, type SpeechPart, type TextToSpeech } from '@parley/core'
import { baseOf } from '../gateway/agent-catalogue.js'

/** A voice and what people may know of it. */
export interface SpeechVoice {
  /** As clients name it: `google`, `flite`. */
  readonly name: string
  readonly voice: TextToSpeech
  /** Names of its speakers, where they are known. */
  readonly speakers: readonly string[]
  /** The speaker of a language where a request names none; undefined: the voice's own. */
  speakerFor?(language: string): string | undefined
}

export interface ChosenVoice {
  /** The same for the same line of voices. */
  readonly place: string
  readonly language: string
  readonly speaker: string | undefined
  /** Hz, of whatever it says. */
  readonly sampleRate: number
  /** The voice that is asked first. */
  readonly first: string
  /** `onVoice` hears who spoke, before the sound; of several, one after the other. */
  speak(
    said: { readonly text: string; readonly expression: Expression },
    signal: AbortSignal,
    onVoice: (name: string) => void,
  ): AsyncIterable<SpeechPart>
}

export interface SpeechVoices {
  readonly voices: readonly SpeechVoice[]
  /** What is spoken where a request names no language. */
  readonly language: string
  /**
   * @throws ParleyError `bad_message` with `details.param` for a voice that is not there, or does not speak the language;
   * `voice_unavailable` where nobody speaks it
   */
  choose(wanted: { readonly voice: string | undefined; readonly language: string | undefined }): ChosenVoice
}

export interface SpeechVoicesOptions {
  readonly voices: readonly SpeechVoice[]
  readonly language: string
  /** One voice of several, of which the next takes over; called once for each line of them. */
  join(voices: readonly TextToSpeech[]): TextToSpeech
}

export function createSpeechVoices({ voices, language: usual, join }: SpeechVoicesOptions): SpeechVoices {
  const lines = new Map<string, TextToSpeech>()
  const listeners = new Map<string, (name: string) => void>()
  const told = voices.map(each => telling(each, listeners))
  let nextId = 1

  /** `first`, then the others that speak the language, in order. */
  function lineOf(language: string, first: SpeechVoice | undefined): readonly number[] {
    const speaking = [...voices.keys()].filter(at => speaksIt(voices[at]?.voice, language))
    if (first === undefined) return speaking
    const at = voices.indexOf(first)
    return [at, ...speaking.filter(other => other !== at)]
  }

  function joined(place: string, line: readonly number[]): TextToSpeech {
    const known = lines.get(place)
    if (known !== undefined) return known
    const made = join(line.flatMap(at => told[at] ?? []))
    lines.set(place, made)
    return made
  }

  return {
    voices,
    language: usual,
    choose(wanted) {
      const named = namedVoice(wanted.voice, voices)
      const language = wanted.language ?? languageFor(named, usual)
      if (named !== undefined && !speaksIt(named.each.voice, language))
        throw badParam('language', `${named.each.name} does not speak "${language}"`)
      const line = lineOf(language, named?.each)
      const first = voices[line[0] ?? -1]
      if (first === undefined)
        throw new ParleyError('voice_unavailable', `No voice of this gateway speaks "${language}".`)
      const place = line.map(at => voices[at]?.name).join(' ')
      const voice = joined(place, line)
      const speaker = named?.speaker ?? first.speakerFor?.(language)
      return {
        ...{ place, language, speaker, first: first.name },
        sampleRate: voice.sampleRate,
        async *speak({ text, expression }, signal, onVoice) {
          // A name of its own tells whose sound it is; voices do not see it.
          const reply = `speech ${nextId++}`
          listeners.set(reply, onVoice)
          try {
            const request = { text, language, expression, reply }
            yield* voice.speak(speaker === undefined ? request : { ...request, voice: speaker }, signal)
          } finally {
            listeners.delete(reply)
          }
        },
      }
    },
  }
}

/** Says who speaks, before its first sound. */
function telling(
  { name, voice }: SpeechVoice,
  listeners: ReadonlyMap<string, (name: string) => void>,
): TextToSpeech {
  return {
    name,
    sampleRate: voice.sampleRate,
    languages: voice.languages,
    async *speak({ reply = '', ...request }, signal) {
      let sounded = false
      for await (const part of voice.speak(request, signal)) {
        if (!sounded && part.kind === 'audio' && part.samples.length > 0) {
          sounded = true
          listeners.get(reply)?.(name)
        }
        yield part
      }
    },
    ...(voice.warm === undefined ? {} : { warm: () => voice.warm?.() ?? Promise.resolve() }),
    close: () => Promise.resolve(),
  }
}

interface Named {
  readonly each: SpeechVoice
  readonly speaker: string | undefined
}

/** `flite`, `flite/rms`, or `rms` alone where one voice alone is known to have it. */
function namedVoice(wanted: string | undefined, voices: readonly SpeechVoice[]): Named | undefined {
  if (wanted === undefined) return undefined
  const cut = wanted.indexOf('/')
  const name = cut < 0 ? wanted : wanted.slice(0, cut)
  const speaker = cut < 0 ? undefined : wanted.slice(cut + 1)
  const each = voices.find(voice => voice.name === name)
  if (each !== undefined) {
    const isKnown = speaker === undefined || each.speakers.length === 0 || each.speakers.includes(speaker)
    if (isKnown && speaker !== '') return { each, speaker }
    throw badParam('voice', `${name} has no speaker "${speaker}"; it has ${each.speakers.join(', ')}`)
  }
  const owner = voices.find(({ speakers }) => speakers.includes(wanted))
  if (owner !== undefined) return { each: owner, speaker: wanted }
  const names = voices.flatMap(({ name: known, speakers }) => [
    known,
    ...speakers.map(one => `${known}/${one}`),
  ])
  throw badParam('voice', `there is no voice "${wanted}"; there are ${names.join(', ') || 'none'}`)
}

/** A speaker such as `en-US-Neural2-F` has its language in its name. */
function languageFor(named: Named | undefined, usual: string): string {
  const inName = /^[a-z]{2,3}-[A-Z]{2}(?=-)/.exec(named?.speaker ?? '')?.[0]
  if (inName !== undefined) return inName
  if (named === undefined || speaksIt(named.each.voice, usual)) return usual
  return named.each.voice.languages[0] ?? usual
}

export function speaksIt(voice: TextToSpeech | undefined, language: string): boolean {
  return voice?.languages.some(spoken => spoken === '*' || baseOf(spoken) === baseOf(language)) === true
}

function badParam(param: string, message: string): ParleyError {
  return new ParleyError('bad_message', message, { details: { param } })
}
