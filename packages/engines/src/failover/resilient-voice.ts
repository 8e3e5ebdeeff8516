/**
 * Several voices as one. Before any sound the next one simply speaks; after it, the next goes on at the first word whose
 * sound did not pass. Sound passes in whole words, see `speech-gate`; all of it at the first voice's rate.
 */

import type { Resampling } from '@parley/audio'
import { ParleyError, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import { createHedgeBudget, type HedgeOptions } from './hedge-budget.js'
import { createLineUp, type FailoverOptions, type Member } from './line-up.js'
import { giveUp, type Lead, race } from './race.js'
import { type SpeakingPace, speakingPaces } from './speaking-pace.js'
import { createSpeechGate } from './speech-gate.js'
import type { Tries } from './tries.js'
import { endedEarly, silent, speaks, type VoiceOfSlot } from './voice-of-slot.js'
import { createListener, createPassage } from './voice-passage.js'
import { isSounding } from './written-words.js'

export interface ResilientVoiceOptions extends FailoverOptions {
  /** Needed where the voices differ in rate. */
  readonly resampling?: Resampling
  readonly hedge?: HedgeOptions
  /** The speaker each voice is asked for, in their order; the first gets the request's own. Default: their own. */
  readonly speakers?: readonly (string | undefined)[]
  /** Longest wait for the first sound, ms. Default 2,500. */
  readonly firstMs?: number
  /** Longest wait for each later part, ms. Default 2,000. */
  readonly betweenMs?: number
  /**
   * Shortest such wait, ms. Between the two it is as long as the listener still has something to hear, so that the next
   * voice is there before the silence. Default 600.
   */
  readonly leastBetweenMs?: number
}

/** What the next voice needs to begin, ms. */
const LEAD_MS = 300
/** A short pause, as between any two words, ms. */
const JOIN_MS = 40

/** What is known of a voice from its earlier use. */
interface Habits {
  readonly pace: SpeakingPace
  timed: boolean | undefined
}

/** The first of `voices` is preferred. @throws ParleyError `bad_config` without any, or with rates that differ and no resampling. */
export function createResilientVoice(
  voices: readonly VoiceOfSlot[],
  options: ResilientVoiceOptions,
): TextToSpeech {
  const {
    clock,
    resampling,
    firstMs = 2_500,
    betweenMs = 2_000,
    leastBetweenMs = 600,
    speakers = [],
  } = options
  const lineUp = createLineUp('tts', voices, options)
  const budget = createHedgeBudget(options.hedge)
  const sampleRate = voices[0]?.sampleRate ?? 0
  const pace = speakingPaces()
  const habits = new Map<VoiceOfSlot, Habits>(
    voices.map(voice => [voice, { pace: pace(), timed: undefined }]),
  )
  if (resampling === undefined && voices.some(voice => voice.sampleRate !== sampleRate))
    throw new ParleyError('bad_config', 'The voices of the slot differ in rate; give it a resampler.')

  function requestFor({ place }: Member<VoiceOfSlot>, request: SpeechRequest, text: string): SpeechRequest {
    const { voice: asked, ...rest } = request
    const speaker = place === 0 ? (asked ?? speakers[0]) : speakers[place]
    return { ...rest, text, ...(speaker === undefined ? {} : { voice: speaker }) }
  }

  async function* speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
    const tries = lineUp.tries(voice => speaks(voice, request.language))
    const listener = createListener(clock)
    const patienceMs = () => Math.min(betweenMs, Math.max(leastBetweenMs, listener.leftMs() - LEAD_MS))
    let { text } = request
    let spokenMs = 0
    let characters: number | undefined
    const remembered = new Set<Member<VoiceOfSlot>>()
    while (!signal.aborted) {
      const lead = await leader(request, { tries, text, spokenMs, remembered }, signal)
      if (lead === undefined) return
      const voice = lead.use.member.provider
      const known = habits.get(voice) as Habits
      const gate = createSpeechGate({ text, sampleRate: voice.sampleRate, ...known })
      if (spokenMs > 0) spokenMs += JOIN_MS
      const resampler =
        voice.sampleRate === sampleRate
          ? undefined
          : resampling?.create({ fromRate: voice.sampleRate, toRate: sampleRate })
      const passage = createPassage({ gate, resampler, fromMs: spokenMs, listener })
      let failure: { readonly error: unknown } | undefined
      try {
        if (spokenMs > 0) yield pause(sampleRate)
        for await (const part of read(lead, patienceMs)) {
          if (part.kind === 'usage') characters = (characters ?? 0) + part.characters
          else yield* passage.feed(part)
        }
        if (!signal.aborted) {
          if (gate.isShort) throw endedEarly(voice)
          yield* passage.end()
          known.timed = gate.timed
        }
      } catch (error) {
        failure = { error }
        if (!signal.aborted) yield* passage.cut()
        if (gate.timed) known.timed = true
      } finally {
        lead.stop()
        // Left by the reader, it has worked so far.
        if (remembered.has(lead.use.member)) lead.use.dropped()
        else if (failure === undefined || signal.aborted) lead.use.succeeded()
        passage.close()
      }
      if (signal.aborted) return
      spokenMs += gate.passedMs
      text = gate.rest
      if (failure !== undefined) {
        giveUp({ use: lead.use, lineUp, tries }, failure.error, spokenMs > 0 ? 'broke-off' : 'failed')
        if (isSounding(text)) continue
      }
      if (characters !== undefined) yield { kind: 'usage', characters }
      return
    }
  }

  /** The voice that speaks first, or goes on. @throws if none can. */
  async function leader(
    request: SpeechRequest,
    {
      tries,
      text,
      spokenMs,
      remembered,
    }: {
      readonly tries: Tries<VoiceOfSlot>
      readonly text: string
      readonly spokenMs: number
      readonly remembered: Set<Member<VoiceOfSlot>>
    },
    signal: AbortSignal,
  ): Promise<Lead<VoiceOfSlot, SpeechPart> | undefined> {
    try {
      return await race(
        {
          ...{ lineUp, tries, budget, clock, firstMs, isOutput },
          tells: member => !remembered.has(member),
          start(member, inner) {
            const asked = requestFor(member, request, text)
            if (member.provider.remembers?.(asked)) remembered.add(member)
            else remembered.delete(member)
            return member.provider.speak(asked, inner)
          },
          empty: ({ provider }) => silent(provider),
        },
        signal,
      )
    } catch (error) {
      if (spokenMs > 0) lineUp.tell(voices[0] as VoiceOfSlot, 'gave-up', error)
      throw error
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

function isOutput(part: SpeechPart): boolean {
  return part.kind === 'audio' && part.samples.length > 0
}

async function* read(lead: Lead<VoiceOfSlot, SpeechPart>, waitMs: () => number): AsyncGenerator<SpeechPart> {
  yield* lead.head
  while (!lead.complete) {
    const result = await lead.next(waitMs())
    if (result.done === true) return
    yield result.value
  }
}

/** Between two voices, so that the words on both sides do not run into each other. */
function pause(sampleRate: number): SpeechPart {
  return { kind: 'audio', samples: new Int16Array((sampleRate * JOIN_MS) / 1000) }
}
