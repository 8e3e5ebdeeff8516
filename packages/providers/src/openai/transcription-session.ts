import { primaryLanguage } from '../wire/primary-language.js'
import type { RealtimeSttOptions } from './audio-options.js'

/** The session object of a transcription session without turn detection. `language` is BCP 47; the vendor wants ISO 639. */
export function transcriptionSession(options: RealtimeSttOptions, language: string) {
  const { model, prompt, keywords, languages, delay, noiseReduction, confidence } = options
  const spoken = isoLanguage(language)
  return {
    type: 'transcription',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: {
          model,
          ...(languages === undefined ? (spoken === undefined ? {} : { language: spoken }) : { languages }),
          ...(prompt === undefined ? {} : { prompt }),
          ...(keywords === undefined ? {} : { keywords }),
          ...(delay === undefined ? {} : { delay }),
        },
        turn_detection: null,
        ...(noiseReduction === undefined ? {} : { noise_reduction: { type: noiseReduction } }),
      },
    },
    ...(confidence ? { include: ['item.input_audio_transcription.logprobs'] } : {}),
  } as const
}

/** `en` of `en-GB`; undefined for tags that name no one language. */
export function isoLanguage(language: string): string | undefined {
  const primary = primaryLanguage(language)
  return /^[a-z]{2,3}$/.test(primary) && !['und', 'mul', 'zxx'].includes(primary) ? primary : undefined
}

/** The geometric mean of the probabilities of tokens; undefined without any. */
export function confidenceOf(logprobs: unknown): number | undefined {
  if (!Array.isArray(logprobs)) return undefined
  const values = logprobs
    .map((each: { readonly logprob?: unknown } | null) => each?.logprob)
    .filter(value => typeof value === 'number' && Number.isFinite(value)) as number[]
  if (values.length === 0) return undefined
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.min(1, Math.exp(mean))
}
