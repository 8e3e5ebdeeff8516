/** Google Cloud Text-to-Speech over REST: one request for each clause, answered whole. */

import { ParleyError, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { httpCall } from '../wire/http-call.js'
import { fixedKey } from '../wire/keys.js'
import { type TimedWord, timedSound } from '../wire/timed-sound.js'
import { isSpeakable, silentError } from '../wire/vendor-error.js'
import { wholeBody } from '../wire/whole-body.js'
import type { TtsOptions } from './options.js'
import { readAnswer, type SpeechAnswer, timedWords } from './speech-answer.js'
import { type SpeechInput, speechInputs, wayOf } from './speech-input.js'
import { type TokenSource, tokenSource } from './token-source.js'

const vendor = 'Google'
/** 5,000 bytes of text are some six minutes of speech. */
const MAX_ANSWER_BYTES = 96_000_000

/** `credentialsFile` is from the options or the environment; without it, keys of the context are API keys. */
export function googleTts(
  options: TtsOptions,
  context: VendorContext,
  credentialsFile: string | undefined,
): TextToSpeech {
  const { sampleRate, answerTimeoutMs } = options
  const tokens: TokenSource | undefined =
    credentialsFile === undefined
      ? undefined
      : tokenSource(context, {
          file: credentialsFile,
          tokenUrl: options.tokenUrl,
          timeoutMs: answerTimeoutMs,
        })
  const calling = tokens === undefined ? context : { ...context, keys: fixedKey(undefined) }
  const closing = new AbortController()

  async function synthesise(
    request: SpeechRequest,
    { input, numbers }: SpeechInput,
    { voice, signal }: { readonly voice: string; readonly signal: AbortSignal },
  ): Promise<SpeechAnswer> {
    const token = await tokens?.token(signal)
    const response = await httpCall(
      calling,
      {
        vendor,
        path: `/${options.version ?? (options.wordTimes ? 'v1beta1' : 'v1')}/text:synthesize`,
        headers: key => ({
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { 'x-goog-api-key': key }),
          ...(options.quotaProject === undefined ? {} : { 'x-goog-user-project': options.quotaProject }),
        }),
        body: bodyOf(request, { voice, input, numbers }),
        timeoutMs: answerTimeoutMs,
      },
      signal,
    ).catch((error: unknown) => {
      if (token !== undefined && error instanceof ParleyError && error.details.status === 401)
        tokens?.drop(token)
      throw error
    })
    const { idleTimeoutMs } = options
    const body = await wholeBody(context, response, { vendor, idleTimeoutMs, maxBytes: MAX_ANSWER_BYTES })
    return readAnswer(body, options)
  }

  function bodyOf(
    { language }: SpeechRequest,
    { voice, input, numbers }: Pick<SpeechInput, 'input' | 'numbers'> & { readonly voice: string },
  ): object {
    return {
      input,
      voice: {
        languageCode: languageOf(voice) ?? language,
        name: voice,
        ...(options.model === undefined ? {} : { modelName: options.model }),
      },
      audioConfig: {
        audioEncoding: options.encoding,
        sampleRateHertz: sampleRate,
        ...numbers,
        ...(options.effectsProfile === undefined ? {} : { effectsProfileId: options.effectsProfile }),
      },
      ...(options.wordTimes ? { enableTimePointing: ['SSML_MARK'] } : {}),
    }
  }

  return {
    name: 'google',
    sampleRate,
    languages: languagesOf(options),
    async *speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
      if (signal.aborted) return
      const voice = request.voice ?? voiceFor(options, request.language)
      const way = options.prosody ?? wayOf(voice, options.model)
      const ended = AbortSignal.any([signal, closing.signal])
      const inputs = speechInputs(request.text, request.expression ?? {}, { way, marks: options.wordTimes })
      const words: TimedWord[] = []
      const sound = timedSound(words, sampleRate)
      try {
        for (const input of inputs) {
          const { samples, starts } = await synthesise(request, input, { voice, signal: ended })
          if (ended.aborted) return
          words.push(...timedWords(input.words, starts, { samples, sampleRate, beganMs: sound.soundMs }))
          for (const part of sound.sound(samples)) {
            if (ended.aborted) return
            yield part
          }
        }
        if (sound.soundMs === 0 && isSpeakable(request.text)) throw silentError(vendor)
        yield* sound.rest()
      } catch (error) {
        if (ended.aborted) return
        throw error
      }
      const characters = inputs.reduce((sum, { input }) => sum + billed(input), 0)
      if (characters > 0) yield { kind: 'usage', characters }
    },
    async close() {
      closing.abort()
      tokens?.close()
    },
  }
}

/** `en-US` of `en-US-Neural2-F`; some voices have no language in their names. */
function languageOf(voice: string): string | undefined {
  return /^[a-z]{2,3}-[A-Z]{2}(?=-)/.exec(voice)?.[0]
}

function languagesOf({ voice, voices = {} }: TtsOptions): string[] {
  return [languageOf(voice) ?? '*', ...Object.keys(voices)]
}

/** That of the longest prefix of the tag that has one. */
function voiceFor({ voice, voices = {} }: TtsOptions, language: string): string {
  const parts = language.split('-')
  for (let length = parts.length; length > 0; length--) {
    const named = voices[parts.slice(0, length).join('-')]
    if (named !== undefined) return named
  }
  return voice
}

/** Elements are counted like text, but for marks. */
function billed({ ssml, text = '' }: SpeechInput['input']): number {
  return [...(ssml?.replace(/<mark[^>]*>/g, '') ?? text)].length
}
