/** What Deepgram refuses in the query of a socket, as status 400 with a sentence. */

import { isEncoding } from './raw-sound.js'

const checks: Readonly<Record<string, (query: URLSearchParams) => string | undefined>> = {
  '/v1/listen': query =>
    unknownIn(query, listenV1) ??
    missing(query, 'model') ??
    badSound(query) ??
    flag(query, 'interim_results', 'vad_events', 'smart_format', 'punctuate', 'numerals') ??
    (query.get('endpointing') === 'false' ? undefined : range(query, 'endpointing', 0, 60_000)) ??
    range(query, 'utterance_end_ms', 1_000, 5_000) ??
    (query.has('utterance_end_ms') && query.get('interim_results') !== 'true'
      ? 'utterance_end_ms needs interim_results=true.'
      : undefined),
  '/v2/listen': query =>
    unknownIn(query, listenV2) ??
    missing(query, 'model') ??
    (query.get('model')?.startsWith('flux-') ? undefined : 'This path takes Flux models only.') ??
    badSound(query) ??
    range(query, 'eot_threshold', 0.5, 1) ??
    range(query, 'eager_eot_threshold', 0.3, 0.9) ??
    range(query, 'eot_timeout_ms', 500, 60_000) ??
    (Number(query.get('eager_eot_threshold') ?? 0) > Number(query.get('eot_threshold') ?? 0.7)
      ? 'eager_eot_threshold must not be over eot_threshold.'
      : undefined) ??
    (query.has('language_hint') && !query.get('model')?.endsWith('-multi')
      ? 'language_hint is for the multilingual model only.'
      : undefined),
  '/v1/speak': query =>
    unknownIn(query, speakV1) ??
    badVoice(query, [8_000, 16_000, 24_000, 32_000, 48_000]) ??
    range(query, 'speed', 0.7, 1.5),
  '/v2/speak': query =>
    unknownIn(query, speakV2) ??
    missing(query, 'model') ??
    (query.get('model')?.startsWith('flux-') ? undefined : 'This path takes Flux voices only.') ??
    badVoice(query, [8_000, 16_000, 24_000, 32_000, 44_100, 48_000]) ??
    range(query, 'speed', 0.5, 1.5) ??
    range(query, 'expressivity', -2, 2),
}

const listenV1 =
  'callback callback_method channels detect_entities diarize diarize_model dictation encoding endpointing extra interim_results keyterm keywords language mip_opt_out model multichannel numerals profanity_filter punctuate redact replace sample_rate search smart_format tag utterance_end_ms vad_events version'
const listenV2 =
  'model encoding sample_rate eager_eot_threshold eot_threshold eot_timeout_ms keyterm language_hint profanity_filter numerals redact mip_opt_out tag'
const speakV1 = 'encoding mip_opt_out model sample_rate speed'
const speakV2 = 'model encoding sample_rate speed expressivity mip_opt_out tag'

/** The sentence of the refusal, or undefined if all is well or the path is not one of the four. */
export function badQuery(url: URL): string | undefined {
  return checks[url.pathname]?.(url.searchParams)
}

export function isSocketPath(url: URL): boolean {
  return Object.hasOwn(checks, url.pathname)
}

function unknownIn(query: URLSearchParams, known: string): string | undefined {
  const names = known.split(' ')
  const stray = [...query.keys()].find(name => !names.includes(name))
  return stray === undefined ? undefined : `Unknown parameter ${stray}.`
}

function missing(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ? undefined : `Parameter ${name} is missing.`
}

function flag(query: URLSearchParams, ...names: string[]): string | undefined {
  const wrong = names.find(name => query.has(name) && !/^(true|false)$/.test(query.get(name) ?? ''))
  return wrong === undefined ? undefined : `Parameter ${wrong} must be true or false.`
}

function range(query: URLSearchParams, name: string, least: number, most: number): string | undefined {
  const given = query.get(name)
  if (given === null) return undefined
  const value = Number(given)
  return given !== '' && value >= least && value <= most
    ? undefined
    : `Parameter ${name} must be within ${least} and ${most}.`
}

function badSound(query: URLSearchParams): string | undefined {
  if (!isEncoding(query.get('encoding') ?? '')) return 'The simulator hears linear16, mulaw and alaw only.'
  return query.has('sample_rate')
    ? range(query, 'sample_rate', 8_000, 48_000)
    : 'Parameter sample_rate is missing.'
}

function badVoice(query: URLSearchParams, rates: readonly number[]): string | undefined {
  const encoding = query.get('encoding') ?? 'linear16'
  if (!isEncoding(encoding)) return 'Parameter encoding must be linear16, mulaw or alaw.'
  const allowed = encoding === 'linear16' ? rates : [8_000, 16_000]
  const rate = query.get('sample_rate')
  return rate === null || allowed.includes(Number(rate))
    ? undefined
    : `Parameter sample_rate must be one of ${allowed.join(', ')}.`
}
