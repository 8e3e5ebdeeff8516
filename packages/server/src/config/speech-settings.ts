import { duration, flag, list, wholeNumber } from './kinds.js'
import { setting } from './setting.js'

const sources = ['google', 'agent', 'embedded', 'none']

/** Speech over HTTP: `POST /api/tts/synthesize` and `POST /v1/audio/speech`. */
export const speechSettings = {
  speechVoices: setting({
    env: 'PARLEY_SPEECH_VOICES',
    kind: list('a comma-separated list of google, agent, embedded, or none', 'google,embedded', name =>
      sources.includes(name),
    ),
    default: ['google', 'agent', 'embedded'],
    doc: 'Voices of speech over HTTP, in the order in which they are tried: Google Cloud where its credentials are set, those of the first agent, the embedded ones. `none`: clients speak themselves.',
  }),
  speechRateMax: setting({
    env: 'TTS_RATE_LIMIT_MAX',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    default: 100,
    doc: 'Texts one client (a user, or an address without a token) may have spoken over HTTP per window; the next one gets 429. Holds for this machine itself, too.',
  }),
  speechRateWindowMs: setting({
    env: 'TTS_RATE_LIMIT_WINDOW_MS',
    kind: duration({ minMs: 1_000, maxMs: 86_400_000 }),
    default: 900_000,
    doc: 'The window of `TTS_RATE_LIMIT_MAX`.',
  }),
  speechAtOnce: setting({
    env: 'PARLEY_SPEECH_AT_ONCE',
    kind: wholeNumber({ min: 1, max: 10_000 }),
    default: 32,
    doc: 'Texts spoken over HTTP at the same time; for a further one there is no voice.',
  }),
  speechWarm: setting({
    env: 'PARLEY_SPEECH_WARM',
    kind: flag(),
    default: false,
    doc: 'Whether the embedded voices of speech over HTTP are made ready at the start, and not by the first text. It takes some 150 MB.',
  }),
  speechCacheBytes: setting({
    env: 'PARLEY_SPEECH_CACHE_BYTES',
    kind: wholeNumber({ min: 0, max: 10_000_000_000 }),
    default: 32_000_000,
    doc: 'Sound kept in memory of what was spoken over HTTP, the least recently used dropped first; 0 keeps none. The default is some 17 minutes.',
  }),
}
