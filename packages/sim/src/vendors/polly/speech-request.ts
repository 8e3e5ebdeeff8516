/** Holds a request for speech to what Amazon Polly documents; what it would refuse is named as it names it. */

import { readSsml } from '../ssml.js'

export interface SpeechOrder {
  readonly spoken: string
  readonly sampleRate: number
  readonly language: string
  readonly isMarks: boolean
  readonly markTypes: readonly string[]
  /** As sent, for the places of words. */
  readonly text: string
  readonly characters: number
}

export interface Refusal {
  readonly name: string
  readonly message: string
}

const fields = [
  'Engine',
  'LanguageCode',
  'LexiconNames',
  'OutputFormat',
  'SampleRate',
  'SpeechMarkTypes',
  'Text',
  'TextType',
  'VoiceId',
]
const engines = ['standard', 'neural', 'long-form', 'generative']
const MOST_CHARACTERS = 6_000
const MOST_BILLED = 3_000

type Fields = Readonly<Record<string, unknown>>

export function readOrder(request: Fields): SpeechOrder | Refusal {
  const unknown = Object.keys(request).find(name => !fields.includes(name))
  if (unknown !== undefined) return invalid(`${unknown} is no parameter of SynthesizeSpeech.`)
  const {
    Text: text,
    VoiceId: voice,
    OutputFormat: format,
    Engine: engine = 'standard',
    TextType: kind = 'text',
  } = request
  if (typeof text !== 'string' || typeof voice !== 'string' || voice === '')
    return invalid('Text and VoiceId must be given.')
  if (!engines.includes(String(engine))) return invalid(`${String(engine)} is no engine.`)
  if (!['json', 'pcm'].includes(String(format))) return invalid('Only json and pcm are simulated.')
  const marks = Array.isArray(request.SpeechMarkTypes) ? request.SpeechMarkTypes.map(String) : []
  if ((format === 'json') !== marks.length > 0)
    return { name: 'MarksNotSupportedForFormatException', message: 'Speech marks need json.' }
  if (marks.length > 0 && engine === 'generative') return invalid('This engine has no speech marks.')
  const rate = request.SampleRate ?? '16000'
  if (typeof rate !== 'string' || !['8000', '16000'].includes(rate))
    return { name: 'InvalidSampleRateException', message: 'The specified sample rate is not valid.' }
  const ssml = kind === 'ssml' ? readSsml(text) : undefined
  if (kind === 'ssml' && ssml === undefined)
    return { name: 'InvalidSsmlException', message: 'Invalid SSML request' }
  const hasPitch = ssml?.elements.some(({ attributes }) => 'pitch' in attributes) ?? false
  if (hasPitch && engine !== 'standard')
    return { name: 'InvalidSsmlException', message: 'Unsupported Neural feature' }
  const characters = [...(ssml?.text ?? text)].length
  if (text.length > MOST_CHARACTERS || characters > MOST_BILLED)
    return { name: 'TextLengthExceededException', message: 'Maximum text length has been exceeded' }
  return {
    spoken: ssml?.text ?? text,
    sampleRate: Number(rate),
    language: typeof request.LanguageCode === 'string' ? request.LanguageCode : 'en-US',
    isMarks: format === 'json',
    markTypes: marks,
    text,
    characters,
  }
}

function invalid(message: string): Refusal {
  return { name: 'ValidationException', message }
}
