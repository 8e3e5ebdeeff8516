/** How servers with OpenAI's audio endpoints differ: paths, fields, abilities, and the shape of their errors. */

import { openAiErrorBody } from '../openai-realtime/realtime-sim.js'

export const audioDialects = ['openai', 'kokoro', 'speaches', 'whisper.cpp', 'vllm'] as const
export type AudioDialect = (typeof audioDialects)[number]

export interface AudioAbilities {
  readonly speech: boolean
  /** Fields of a speech request besides OpenAI's. */
  readonly speechExtras: readonly string[]
  readonly speechEvents: boolean
  /** The name of the cost in the last event of a speech stream. */
  readonly usageField: 'usage' | 'token_usage'
  readonly captions: boolean
  /** Where files are taken to be transcribed. */
  readonly transcriptions: string | undefined
  readonly transcriptEvents: 'openai' | 'chunks' | 'none'
  readonly wordTimes: boolean
  readonly needsModel: boolean
  readonly needsKey: boolean
}

const own: AudioAbilities = {
  speech: true,
  speechExtras: [],
  speechEvents: true,
  usageField: 'usage',
  captions: false,
  transcriptions: '/v1/audio/transcriptions',
  transcriptEvents: 'openai',
  wordTimes: true,
  needsModel: true,
  needsKey: true,
}

export const audioAbilities: Readonly<Record<AudioDialect, AudioAbilities>> = {
  openai: own,
  kokoro: {
    ...own,
    speechExtras: ['stream', 'lang_code', 'volume_multiplier', 'normalization_options', 'return_timestamps'],
    speechEvents: false,
    captions: true,
    transcriptions: undefined,
    needsKey: false,
  },
  speaches: { ...own, speechExtras: ['sample_rate'], usageField: 'token_usage', needsKey: false },
  'whisper.cpp': {
    ...own,
    speech: false,
    transcriptions: '/inference',
    transcriptEvents: 'none',
    needsModel: false,
    needsKey: false,
  },
  vllm: { ...own, speech: false, transcriptEvents: 'chunks', wordTimes: false, needsKey: false },
}

export function audioErrorBody(dialect: AudioDialect, status: number, message: string): unknown {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error'
  switch (dialect) {
    case 'openai':
      return openAiErrorBody(status, message)
    case 'kokoro':
      return { detail: { error: status >= 500 ? 'processing_error' : 'validation_error', message, type } }
    case 'speaches':
      return status === 422
        ? { detail: [{ type: 'missing', loc: ['body'], msg: message }] }
        : { detail: message }
    case 'whisper.cpp':
      return { error: message }
    case 'vllm':
      return {
        error: {
          message,
          type: status >= 500 ? 'InternalServerError' : 'BadRequestError',
          param: null,
          code: status,
        },
      }
  }
}
