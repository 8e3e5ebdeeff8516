/** How servers that transcribe files differ. */

import type { FileSttOptions, SttProfile } from './audio-options.js'

interface TranscriptionProfile {
  readonly path: string
  /** Whether the text can be streamed while it is made. */
  readonly streams: boolean
}

const profiles: Readonly<Record<SttProfile, TranscriptionProfile>> = {
  openai: { path: '/audio/transcriptions', streams: true },
  speaches: { path: '/audio/transcriptions', streams: true },
  vllm: { path: '/audio/transcriptions', streams: true },
  'whisper.cpp': { path: '/inference', streams: false },
  generic: { path: '/audio/transcriptions', streams: false },
}

export interface TranscriptionPlan {
  readonly path: string
  readonly fields: readonly (readonly [string, string])[]
}

/** Where the file goes, and the fields beside it. `language` is ISO 639. */
export function transcriptionPlan(options: FileSttOptions, language: string | undefined): TranscriptionPlan {
  const profile = profiles[options.profile]
  const streams = (options.stream ?? profile.streams) && !options.wordTimes
  const fields: (readonly [string, string | undefined])[] = [
    ['model', options.model],
    ['language', language],
    ['prompt', options.prompt],
    ['temperature', options.temperature?.toString()],
    ['response_format', options.wordTimes ? 'verbose_json' : 'json'],
    ['timestamp_granularities[]', options.wordTimes ? 'word' : undefined],
    ['stream', streams ? 'true' : undefined],
  ]
  return {
    path: options.path ?? profile.path,
    fields: fields.filter((field): field is readonly [string, string] => field[1] !== undefined),
  }
}
