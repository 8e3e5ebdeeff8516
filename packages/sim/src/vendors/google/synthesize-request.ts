/** Holds a request for speech to what Google documents; what it would refuse is named as it names it. */

import { readSsml, type Ssml } from '../ssml.js'

export interface SynthesizeRequest {
  readonly spoken: string
  readonly marks: Ssml['marks']
  readonly language: string
  readonly encoding: string
  readonly sampleRate: number
  readonly wantsMarks: boolean
}

export const MOST_BYTES = 5_000
const inputs = ['text', 'ssml', 'markup', 'multiSpeakerMarkup']
const encodings = ['LINEAR16', 'MULAW', 'ALAW', 'PCM', 'MP3', 'OGG_OPUS', 'M4A']
const fields: Readonly<Record<string, readonly string[]>> = {
  request: ['input', 'voice', 'audioConfig', 'advancedVoiceOptions'],
  input: [...inputs, 'prompt', 'customPronunciations'],
  voice: [
    'languageCode',
    'name',
    'ssmlGender',
    'modelName',
    'customVoice',
    'voiceClone',
    'multiSpeakerVoiceConfig',
  ],
  audioConfig: [
    'audioEncoding',
    'speakingRate',
    'pitch',
    'volumeGainDb',
    'sampleRateHertz',
    'effectsProfileId',
  ],
}
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  speakingRate: [0.25, 2],
  pitch: [-20, 20],
  volumeGainDb: [-96, 16],
}

type Fields = Readonly<Record<string, unknown>>

/** A sentence, if Google would answer 400. */
export function readRequest(body: unknown, isBeta: boolean): SynthesizeRequest | string {
  const request = objectOf(body)
  const input = objectOf(request.input)
  const voice = objectOf(request.voice)
  const audio = objectOf(request.audioConfig)
  const beta = isBeta ? ['enableTimePointing'] : []
  const unknown =
    unknownIn(request, [...(fields.request ?? []), ...beta]) ??
    unknownIn(input, fields.input) ??
    unknownIn(voice, fields.voice) ??
    unknownIn(audio, fields.audioConfig)
  if (unknown !== undefined)
    return `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`
  if (inputs.filter(name => name in input).length !== 1)
    return 'Exactly one of text, ssml or markup must be set.'
  const said = textOf(input.ssml ?? input.text ?? input.markup)
  if (said.trim() === '') return 'The input is empty.'
  if (Buffer.byteLength(said) > MOST_BYTES)
    return 'Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes.'
  if (textOf(voice.languageCode) === '') return 'voice.language_code must be set.'
  const name = textOf(voice.name)
  if (name.includes('-') && !name.toLowerCase().startsWith(`${textOf(voice.languageCode).toLowerCase()}-`))
    return `Requested language code '${textOf(voice.languageCode)}' doesn't match the voice '${name}'s language code.`
  if (!encodings.includes(textOf(audio.audioEncoding))) return 'Invalid audio encoding.'
  for (const [field, [least, most]] of Object.entries(ranges)) {
    const value = audio[field] ?? least
    if (typeof value !== 'number' || value < least || value > most)
      return `Invalid ${field}: it must be between ${least} and ${most}.`
  }
  const ssml = input.ssml === undefined ? undefined : readSsml(said)
  if (input.ssml !== undefined && ssml === undefined)
    return 'Invalid SSML. Newer voices may require it well-formed.'
  if (ssml !== undefined && /chirp|gemini/i.test(`${name}${textOf(voice.modelName)}`))
    return 'This voice currently does not support SSML.'
  return {
    spoken: ssml?.text ?? said,
    marks: ssml?.marks ?? [],
    language: textOf(voice.languageCode),
    encoding: textOf(audio.audioEncoding),
    sampleRate: typeof audio.sampleRateHertz === 'number' ? audio.sampleRateHertz : 24_000,
    wantsMarks: JSON.stringify(request.enableTimePointing ?? []).includes('SSML_MARK'),
  }
}

function unknownIn(object: Fields, known: readonly string[] = []): string | undefined {
  return Object.keys(object).find(name => !known.includes(name))
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
