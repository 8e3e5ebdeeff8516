/** `POST /v1/audio/transcriptions`: a WAV in, its words out, whole or as events. */

import { readWav, type Wav } from '@parley/audio'
import type { SimHeard } from '../sim-brains.js'
import type { SimExchange } from '../sim-exchange.js'
import { type AudioAnswer, audioAnswer } from './audio-answer.js'
import { audioAbilities } from './audio-dialect.js'
import type { AudioSimOptions, AudioWorld } from './audio-sim.js'
import { type RequestFault, refuse } from './speech.js'

const formats = ['json', 'text', 'verbose_json']

export async function serveTranscription(exchange: SimExchange, world: AudioWorld): Promise<void> {
  const { options, temper } = world
  const { dialect = 'openai' } = options
  const form = await formOf(exchange)
  if (form === undefined)
    return refuse(exchange, world, { status: 400, message: 'Expected a multipart form.' })
  world.log.receive(exchange.url.pathname, plainFields(form))
  const wrong = formFault(form, options)
  if (wrong !== undefined) return refuse(exchange, world, wrong)
  const sound = await soundOf(form.get('file'))
  if (sound === undefined)
    return refuse(exchange, world, { status: 400, message: 'Audio file might be corrupted or unsupported.' })
  const { samples, sampleRate } = sound
  const heard = await options.brains.hear(samples, sampleRate, String(form.get('language') ?? ''))
  const { transcriptEvents } = audioAbilities[dialect]
  const isEvents = form.get('stream') === 'true' && transcriptEvents !== 'none'
  const contentType = isEvents ? 'text/event-stream' : 'application/json'
  const answer = audioAnswer(exchange, { temper, dialect, contentType })
  if (isEvents) return stream(answer, heard, transcriptEvents)
  if (!(await answer.due())) return
  if (form.get('response_format') === 'text') {
    answer.write(Buffer.from(`${heard.text}\n`))
    return answer.end()
  }
  exchange.reply(200, reply(form, heard, samples.length / sampleRate))
}

async function stream(
  answer: AudioAnswer,
  { text, words }: SimHeard,
  kind: 'openai' | 'chunks',
): Promise<void> {
  for (const [index, word] of words.entries()) {
    if (!(await answer.due())) return
    const delta = index === 0 ? word.text : ` ${word.text}`
    answer.event(kind === 'openai' ? { type: 'transcript.text.delta', delta } : chunk({ content: delta }))
  }
  if (words.length === 0 && !(await answer.due())) return
  if (kind === 'openai') answer.event({ type: 'transcript.text.done', text })
  else {
    answer.event(chunk({ content: '' }, 'stop'))
    answer.write(Buffer.from('data: [DONE]\n\n'))
  }
  answer.end()
}

function chunk(delta: object, finish: string | null = null) {
  const choices = [{ delta, finish_reason: finish, stop_reason: null }]
  return { id: 'trsc-1', object: 'transcription.chunk', created: 1, model: 'm', choices }
}

function reply(form: FormData, { text, words }: SimHeard, seconds: number): unknown {
  if (form.get('response_format') !== 'verbose_json') return { text, usage: { type: 'duration', seconds } }
  const timed = words.map(({ text: word, startMs, endMs }) => ({
    word,
    start: startMs / 1000,
    end: endMs / 1000,
  }))
  const wantsWords = form.getAll('timestamp_granularities[]').includes('word')
  return {
    task: 'transcribe',
    language: 'english',
    duration: seconds,
    text,
    ...(wantsWords ? { words: timed } : {}),
    usage: { type: 'duration', seconds },
  }
}

async function formOf({ request, body }: SimExchange): Promise<FormData | undefined> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return undefined
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  } catch {
    return undefined
  }
}

function formFault(form: FormData, { dialect = 'openai' }: AudioSimOptions): RequestFault | undefined {
  const { needsModel, wordTimes } = audioAbilities[dialect]
  const status = dialect === 'speaches' ? 422 : 400
  const file = form.get('file')
  if (file === null || typeof file === 'string')
    return { status, message: "Missing required parameter: 'file'." }
  if (!/\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/.test(file.name))
    return { status, message: `Unrecognized file format: '${file.name}'.` }
  if (file.size > 25 * 1024 * 1024) return { status: 413, message: 'Maximum content size limit exceeded.' }
  if (needsModel && !form.get('model')) return { status, message: "Missing required parameter: 'model'." }
  const format = String(form.get('response_format') ?? 'json')
  if (!formats.includes(format))
    return { status, message: `response_format '${format}' is not supported here.` }
  if (form.has('timestamp_granularities[]') && (format !== 'verbose_json' || !wordTimes))
    return { status, message: 'timestamp_granularities needs verbose_json, and a model that has them.' }
  return undefined
}

function plainFields(form: FormData): unknown {
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))
}

async function soundOf(file: unknown): Promise<Wav | undefined> {
  if (!(file instanceof Blob)) return undefined
  try {
    return readWav(new Uint8Array(await file.arrayBuffer()))
  } catch {
    return undefined
  }
}
