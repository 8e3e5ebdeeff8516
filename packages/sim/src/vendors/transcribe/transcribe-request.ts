/** Holds the head of a transcription to what Amazon Transcribe documents. */

import type { IncomingHttpHeaders } from 'node:http'

export interface TranscribeRequest {
  readonly sampleRate: number
  readonly language: string
}

const prefix = 'x-amzn-transcribe-'
const known = new Set(
  (
    'language-code sample-rate media-encoding vocabulary-name session-id vocabulary-filter-name ' +
    'vocabulary-filter-method show-speaker-label enable-channel-identification number-of-channels ' +
    'enable-partial-results-stabilization partial-results-stability content-identification-type ' +
    'content-redaction-type pii-entity-types language-model-name identify-language language-options ' +
    'preferred-language identify-multiple-languages vocabulary-names vocabulary-filter-names ' +
    'session-resume-window transcript-format'
  ).split(' '),
)

/** A sentence, if Transcribe would answer 400. */
export function readHead(headers: IncomingHttpHeaders): TranscribeRequest | string {
  const value = (name: string) => headers[prefix + name]?.toString()
  const unknown = Object.keys(headers).find(
    name => name.startsWith(prefix) && !known.has(name.slice(prefix.length)),
  )
  if (unknown !== undefined) return `${unknown} is no header of this operation.`
  if (headers['content-type'] !== 'application/vnd.amazon.eventstream')
    return 'The body must be an event stream.'
  const sampleRate = Number(value('sample-rate'))
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 48_000)
    return 'MediaSampleRateHertz must be between 8000 and 48000.'
  if (!['pcm', 'ogg-opus', 'flac'].includes(value('media-encoding') ?? ''))
    return 'MediaEncoding must be pcm, ogg-opus or flac.'
  const language = value('language-code')
  const ways = [language, isOn(value('identify-language')), isOn(value('identify-multiple-languages'))]
  if (ways.filter(way => way !== undefined).length !== 1)
    return 'Exactly one of LanguageCode, IdentifyLanguage and IdentifyMultipleLanguages must be given.'
  if (language === undefined && value('language-options') === undefined)
    return 'LanguageOptions must be given to identify the language.'
  if (language !== undefined && !/^[a-z]{2,3}-[A-Z]{2}$/.test(language))
    return `${language} is no language code.`
  const stability = value('partial-results-stability')
  if (stability !== undefined && isOn(value('enable-partial-results-stabilization')) === undefined)
    return 'PartialResultsStability needs EnablePartialResultsStabilization.'
  return { sampleRate, language: language ?? value('language-options')?.split(',')[0] ?? 'en-US' }
}

function isOn(value: string | undefined): true | undefined {
  return value === 'true' ? true : undefined
}
