/** `POST /v1/audio/speech`: text in, sound out in pieces, plain or as events. Formats that need an encoder are refused. */

import { wavHeader } from '@parley/audio'
import { encodeAudio } from '../openai-realtime/audio-format.js'
import { type Fields, isFields } from '../openai-realtime/fields.js'
import type { SimExchange } from '../sim-exchange.js'
import { audioAnswer } from './audio-answer.js'
import { audioAbilities, audioErrorBody } from './audio-dialect.js'
import type { AudioSimOptions, AudioWorld } from './audio-sim.js'

const RATE = 24_000
/** Sound of one piece, ms. */
const PIECE_MS = 100
/** OpenAI's limit, in characters. */
const MOST = 4_096
const fields = ['model', 'input', 'voice', 'instructions', 'response_format', 'speed', 'stream_format']

export async function serveSpeech(exchange: SimExchange, world: AudioWorld): Promise<void> {
  const { options, temper } = world
  const { dialect = 'openai' } = options
  const asked = exchange.json()
  if (asked === undefined) return
  const wrong = speechFault(asked, options)
  if (wrong !== undefined) return refuse(exchange, world, wrong)
  const { input, response_format: format, stream_format: framing, sample_rate: rate = RATE } = asked as Fields
  const sampleRate = Number(rate)
  const { samples } = await options.brains.speak(String(input), sampleRate, '')
  const isEvents = framing === 'sse'
  const contentType = isEvents ? 'text/event-stream' : format === 'wav' ? 'audio/wav' : 'audio/pcm'
  const answer = audioAnswer(exchange, { temper, dialect, contentType })
  const size = (sampleRate * PIECE_MS) / 1000
  for (let at = 0; at < samples.length; at += size) {
    if (!(await answer.due())) return
    const audio = encodeAudio(samples.subarray(at, at + size), { type: 'audio/pcm', rate: 24_000 })
    if (isEvents) answer.event({ type: 'speech.audio.delta', audio })
    else {
      if (at === 0 && format === 'wav') answer.write(wavHeader({ sampleRate, channels: 1 }))
      answer.write(Buffer.from(audio, 'base64'))
    }
  }
  if (isEvents) {
    const tokens = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
    answer.event({ type: 'speech.audio.done', [audioAbilities[dialect].usageField]: tokens })
  }
  answer.end()
}

export interface RequestFault {
  readonly status: number
  readonly message: string
}

export function refuse(exchange: SimExchange, { options, log }: AudioWorld, fault: RequestFault): void {
  log.complain(fault.message)
  exchange.reply(fault.status, audioErrorBody(options.dialect ?? 'openai', fault.status, fault.message))
}

export function speechFault(
  asked: unknown,
  { dialect = 'openai' }: AudioSimOptions,
): RequestFault | undefined {
  const status = dialect === 'speaches' || dialect === 'kokoro' ? 422 : 400
  const wrong = (message: string) => ({ status, message })
  if (!isFields(asked)) return wrong('Expected an object.')
  const { speechExtras, speechEvents } = audioAbilities[dialect]
  const stranger = Object.keys(asked).find(key => !fields.includes(key) && !speechExtras.includes(key))
  if (stranger !== undefined) return wrong(`Unknown parameter: '${stranger}'.`)
  for (const key of ['model', 'input', 'voice'])
    if (asked[key] === undefined || asked[key] === '') return wrong(`Missing required parameter: '${key}'.`)
  if (typeof asked.input !== 'string') return wrong("Invalid type for 'input'.")
  if (dialect === 'openai' && asked.input.length > MOST)
    return wrong(`Invalid 'input': string too long. Expected a string with maximum length ${MOST}.`)
  const { speed, response_format: format, stream_format: framing } = asked
  if (speed !== undefined && !(typeof speed === 'number' && speed >= 0.25 && speed <= 4))
    return wrong("Invalid 'speed': expected a value between 0.25 and 4.")
  if (format !== 'pcm' && format !== 'wav') return wrong('This simulator has no encoder but pcm and wav.')
  if (framing === 'sse' && !speechEvents) return wrong("Invalid 'stream_format'.")
  return undefined
}
