/**
 * Several voices as one. Before any sound the next one simply speaks; after it, the next goes on at the first word whose
 * sound did not pass. Sound passes in whole words, see `speech-gate`; all of it at the first voice's rate.
 */

import type { Resampler, Resampling } from '@parley/audio'
import { ParleyError, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import { createHedgeBudget, type HedgeOptions } from './hedge-budget.js'
import { createLineUp, type FailoverOptions, type Member } from './line-up.js'
import { giveUp, type Lead, race } from './race.js'
import { type SpeakingPace, speakingPaces } from './speaking-pace.js'
import { createSpeechGate, type SpeechGate, type SpokenPart } from './speech-gate.js'
import { isSounding } from './written-words.js'

export interface ResilientVoiceOptions extends FailoverOptions {
  /** Needed where the voices differ in rate. */
  readonly resampling?: Resampling
  readonly hedge?: HedgeOptions
  /** The speaker each voice is asked for, in their order; the first gets the request's own. Default: their own. */
  readonly speakers?: readonly (string | undefined)[]
  /** Longest wait for the first sound, ms. Default 2,500. */
  readonly firstMs?: number
  /** Longest wait for each later part, ms. Default 1,500. */
  readonly betweenMs?: number
}

/** A short pause, as between any two words, ms. */
const JOIN_MS = 40

/** What is known of a voice from its earlier use. */
interface Habits {
  readonly pace: SpeakingPace
  timed: boolean | undefined
}

/** The first of `voices` is preferred. @throws ParleyError `bad_config` without any, or with rates that differ and no resampling. */
export function createResilientVoice(
  voices: readonly TextToSpeech[],
  options: ResilientVoiceOptions,
): TextToSpeech {
  const { clock, resampling, firstMs = 2_500, betweenMs = 1_500, speakers = [] } = options
  const lineUp = createLineUp('tts', voices, options)
  const budget = createHedgeBudget(options.hedge)
  const sampleRate = voices[0]?.sampleRate ?? 0
  const pace = speakingPaces()
  const habits = new Map<TextToSpeech, Habits>(
    voices.map(voice => [voice, { pace: pace(), timed: undefined }]),
  )
  if (resampling === undefined && voices.some(voice => voice.sampleRate !== sampleRate))
    throw new ParleyError('bad_config', 'The voices of the slot differ in rate; give it a resampler.')

  function requestFor({ provider, place }: Member<TextToSpeech>, request: SpeechRequest, text: string) {
    const { voice: asked, ...rest } = request
    const speaker = place === 0 ? (asked ?? speakers[0]) : speakers[place]
    return provider.speak.bind(provider, {
      ...rest,
      text,
      ...(speaker === undefined ? {} : { voice: speaker }),
    })
  }

  async function* speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
    const tries = lineUp.tries(voice => speaks(voice, request.language))
    const spoken: Spoken = { ms: 0, characters: undefined }
    let { text } = request
    while (!signal.aborted) {
      const asked = text
      let lead: Lead<TextToSpeech, SpeechPart> | undefined
      try {
        lead = await race(
          {
            ...{ lineUp, tries, budget, clock, firstMs, isOutput },
            start: (member, inner) => requestFor(member, request, asked)(inner),
            empty: ({ provider }) => silent(provider),
          },
          signal,
        )
      } catch (error) {
        if (spoken.ms > 0) lineUp.tell(voices[0] as TextToSpeech, 'gave-up', error)
        throw error
      }
      if (lead === undefined) return
      const voice = lead.use.member.provider
      const known = habits.get(voice) as Habits
      const gate = createSpeechGate({ text, sampleRate: voice.sampleRate, ...known })
      const resampler = resampling?.create({ fromRate: voice.sampleRate, toRate: sampleRate })
      let failure: { readonly error: unknown } | undefined
      let isLeft = true
      try {
        if (spoken.ms > 0) yield pause(spoken, sampleRate)
        yield* passOn({ spoken, gate, resampler }, read(lead, betweenMs))
        if (gate.isShort) failure = { error: endedEarly(voice) }
        isLeft = false
      } catch (error) {
        failure = { error }
        isLeft = false
      } finally {
        lead.stop()
        if (failure === undefined) lead.use.succeeded()
        if (isLeft) resampler?.close()
      }
      if (signal.aborted) return resampler?.close()
      if (gate.timed || failure === undefined) known.timed = gate.timed
      if (failure === undefined) yield* placed({ spoken, gate, resampler }, gate.end())
      yield* tail(resampler)
      spoken.ms += gate.passedMs
      text = gate.rest
      if (failure !== undefined) {
        giveUp({ use: lead.use, lineUp, tries }, failure.error, spoken.ms > 0 ? 'broke-off' : 'failed')
        if (isSounding(text)) continue
      }
      if (spoken.characters !== undefined) yield { kind: 'usage', characters: spoken.characters }
      return
    }
  }

  return {
    name: voices.map(({ name }) => name).join(', '),
    sampleRate,
    languages: [...new Set(voices.flatMap(({ languages }) => languages))],
    speak,
    warm: () => lineUp.warm(),
    async close() {
      lineUp.close()
      await Promise.all(voices.map(voice => voice.close()))
    },
  }
}

/** How far one request has come, over all voices that spoke a piece of it. */
interface Spoken {
  ms: number
  characters: number | undefined
}

interface Passage {
  readonly spoken: Spoken
  readonly gate: SpeechGate
  readonly resampler: Resampler | undefined
}

function isOutput(part: SpeechPart): boolean {
  return part.kind === 'audio' && part.samples.length > 0
}

async function* read(lead: Lead<TextToSpeech, SpeechPart>, ms: number): AsyncGenerator<SpeechPart> {
  yield* lead.head
  while (!lead.complete) {
    const result = await lead.next(ms)
    if (result.done === true) return
    yield result.value
  }
}

async function* passOn(passage: Passage, parts: AsyncIterable<SpeechPart>): AsyncGenerator<SpeechPart> {
  const { spoken, gate } = passage
  for await (const part of parts) {
    if (part.kind === 'usage') spoken.characters = (spoken.characters ?? 0) + part.characters
    else yield* placed(passage, gate.feed(part))
  }
}

/** Between two voices, so that the words on both sides do not run into each other. */
function pause(spoken: Spoken, sampleRate: number): SpeechPart {
  spoken.ms += JOIN_MS
  return { kind: 'audio', samples: new Int16Array((sampleRate * JOIN_MS) / 1000) }
}

/** Parts of one voice where they stand in the whole. */
function* placed({ spoken, resampler }: Passage, parts: readonly SpokenPart[]): Generator<SpeechPart> {
  for (const part of parts) {
    if (part.kind === 'word')
      yield { ...part, startMs: spoken.ms + part.startMs, endMs: spoken.ms + part.endMs }
    else {
      const samples = resampler === undefined ? part.samples : resampler.process(part.samples)
      if (samples.length > 0) yield { kind: 'audio', samples: owned(samples, part.samples) }
    }
  }
}

/** The resampler writes into the same memory again. */
function owned(samples: Int16Array, given: Int16Array): Int16Array {
  return samples === given ? samples : samples.slice()
}

function* tail(resampler: Resampler | undefined): Generator<SpeechPart> {
  const samples = resampler?.flush().slice() ?? new Int16Array(0)
  resampler?.close()
  if (samples.length > 0) yield { kind: 'audio', samples }
}

/** Whether a voice speaks a BCP 47 language, or the same one of another region. */
function speaks({ languages }: TextToSpeech, language: string): boolean {
  const main = (tag: string) => tag.toLowerCase().split('-')[0]
  return languages.some(each => each === '*' || main(each) === main(language))
}

function silent({ name }: TextToSpeech): ParleyError {
  return new ParleyError('voice_failed', `Voice ${name} made no sound for a clause.`, { retryable: true })
}

function endedEarly({ name }: TextToSpeech): ParleyError {
  return new ParleyError('provider_failed', `Voice ${name} ended before it had said everything.`, {
    retryable: true,
  })
}
