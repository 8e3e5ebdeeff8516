/**
 * Amazon Polly: a request for each clause, whose sound streams in; times of words and mouth shapes by a second request beside it. The
 * connection (HTTP/2) is kept and shared.
 */

import { createCueQueue } from '@parley/audio'
import type { SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { optionalPackage } from '../optional-package.js'
import type { VendorContext } from '../vendor.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import { type TimedWord, timedSound } from '../wire/timed-sound.js'
import { garbageError, isSpeakable, silentError } from '../wire/vendor-error.js'
import { awsError } from './aws-error.js'
import { clientSettings } from './client-settings.js'
import type { PollyOptions } from './options.js'
import { type Patience, patience } from './patient.js'
import { spokenStream } from './polly-stream.js'
import { visemesOfMarks } from './polly-visemes.js'
import { wordsOfMarks } from './speech-marks.js'
import { type SpeechText, speechTexts } from './speech-text.js'

const vendor = 'Amazon Polly'
const packageName = '@aws-sdk/client-polly'

export type PollySdk = typeof import('@aws-sdk/client-polly')
export type PollyClient = import('@aws-sdk/client-polly').PollyClient

/** `loadSdk` is a parameter for tests. */
export function polly(
  options: PollyOptions,
  context: VendorContext,
  loadSdk: () => Promise<PollySdk> = () => import('@aws-sdk/client-polly'),
): TextToSpeech {
  const { sampleRate, answerTimeoutMs, idleTimeoutMs } = options
  const closing = new AbortController()
  let loading: Promise<{ readonly sdk: PollySdk; readonly client: PollyClient }> | undefined

  function ready() {
    loading ??= optionalPackage(packageName, loadSdk).then(sdk => ({
      sdk,
      client: new sdk.PollyClient({
        ...clientSettings(options, context.baseUrl),
        // Left to itself the SDK makes a connection for each request.
        requestHandler: { disableConcurrentStreams: false },
      }),
    }))
    return loading
  }

  async function* sound(
    piece: SpeechText,
    request: SpeechRequest,
    waiting: Patience,
  ): AsyncGenerator<Uint8Array, number, void> {
    const { sdk, client } = await ready()
    waiting.wait('answer', answerTimeoutMs)
    const command = new sdk.SynthesizeSpeechCommand({
      ...voiceOf(options, request),
      OutputFormat: 'pcm',
      SampleRate: String(sampleRate),
      Text: piece.text,
      TextType: piece.type,
    })
    const answer = await client.send(command, { abortSignal: waiting.signal })
    if (answer.ContentType !== 'audio/pcm') throw garbageError(vendor)
    for await (const bytes of (answer.AudioStream ?? []) as AsyncIterable<Uint8Array>) {
      waiting.wait('go on', idleTimeoutMs)
      yield bytes
    }
    if (isBroken(answer.AudioStream)) throw new Error('the connection broke off')
    return answer.RequestCharacters ?? 0
  }

  /** Words are worth less than speech: if their times cannot be had, it is spoken without. */
  async function marks(piece: SpeechText, request: SpeechRequest, waiting: Patience) {
    const { sdk, client } = await ready()
    const command = new sdk.SynthesizeSpeechCommand({
      ...voiceOf(options, request),
      OutputFormat: 'json',
      SpeechMarkTypes: ['word', 'viseme'],
      SampleRate: String(sampleRate),
      Text: piece.text,
      TextType: piece.type,
    })
    try {
      const { AudioStream, RequestCharacters } = await client.send(command, { abortSignal: waiting.signal })
      return { lines: (await AudioStream?.transformToString()) ?? '', characters: RequestCharacters ?? 0 }
    } catch (error) {
      if (!waiting.signal.aborted) context.warn(awsError(vendor, error, context.epochMs()))
      return { lines: '', characters: 0 }
    }
  }

  async function* speakPieces(request: SpeechRequest, waiting: Patience): AsyncGenerator<SpeechPart> {
    const words: TimedWord[] = []
    const shapes = createCueQueue()
    const timed = timedSound(words, sampleRate, shapes)
    let characters = 0
    for (const piece of speechTexts(request.text, request.expression ?? {}, options)) {
      const asked = options.wordTimes ? marks(piece, request, waiting) : undefined
      // If the speech fails first, nobody asks for this any more.
      asked?.catch(() => undefined)
      const chunks = options.streaming
        ? spokenStream(await ready(), { piece, voice: voiceOf(options, request), options, waiting })
        : sound(piece, request, waiting)
      const reader = pcmReader()
      let next = await chunks.next()
      const told = await asked
      if (told !== undefined && told.lines !== '') {
        words.push(...wordsOfMarks(told.lines, piece, timed.soundMs))
        shapes.add(visemesOfMarks(told.lines, timed.soundMs))
      }
      for (; next.done !== true; next = await chunks.next()) yield* timed.sound(reader.read(next.value))
      characters += next.value + (told?.characters ?? 0)
    }
    if (timed.soundMs === 0 && isSpeakable(request.text)) throw silentError(vendor)
    yield* timed.rest()
    if (characters > 0) yield { kind: 'usage', characters }
  }

  return {
    name: 'polly',
    sampleRate,
    languages: [...(options.languages ?? ['*']), ...Object.keys(options.voices ?? {})],
    async *speak(request, signal) {
      if (signal.aborted || closing.signal.aborted) return
      const waiting = patience(context.clock, vendor, [signal, closing.signal])
      try {
        for await (const part of speakPieces(request, waiting)) {
          if (waiting.signal.aborted) break
          yield part
        }
        // An aborted body may end as if it were whole.
        if (waiting.signal.aborted && !signal.aborted && !closing.signal.aborted)
          throw waiting.reason(undefined)
      } catch (error) {
        if (signal.aborted || closing.signal.aborted) return
        throw awsError(vendor, waiting.reason(error), context.epochMs())
      } finally {
        waiting.end()
      }
    },
    async warm() {
      await ready()
    },
    async close() {
      closing.abort()
      const made = await loading?.catch(() => undefined)
      made?.client.destroy()
    },
  }
}

/** A body that was reset may end as if it were whole. */
function isBroken(body: unknown): boolean {
  const { aborted, rstCode } = (body ?? {}) as { readonly aborted?: boolean; readonly rstCode?: number }
  return aborted === true || (rstCode !== undefined && rstCode !== 0)
}

export type PollyVoice = ReturnType<typeof voiceOf>

/** The voice named for the longest prefix of the language, else that of the options. */
function voiceOf(options: PollyOptions, { voice, language }: SpeechRequest) {
  const { engine: Engine, languageCode, lexicons } = options
  const parts = language.split('-')
  const named = parts
    .map((_, index) => options.voices?.[parts.slice(0, parts.length - index).join('-')])
    .find(each => each !== undefined)
  const VoiceId = (voice ?? named ?? options.voice) as import('@aws-sdk/client-polly').VoiceId
  return {
    Engine,
    VoiceId,
    ...(languageCode === undefined
      ? {}
      : { LanguageCode: languageCode as import('@aws-sdk/client-polly').LanguageCode }),
    ...(lexicons === undefined ? {} : { LexiconNames: lexicons }),
  }
}
