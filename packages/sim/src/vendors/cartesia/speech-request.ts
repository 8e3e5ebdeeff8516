/** What a client may say on the speech socket, and what is wrong with it. */

export interface SpeechMessage {
  readonly contextId: string
  readonly transcript: string
  readonly isContinued: boolean
  readonly isFlush: boolean
  readonly bufferMs: number
  readonly wantsTimes: boolean
  readonly wantsPhones: boolean
  readonly encoding: string
  readonly sampleRate: number
  readonly language: string
  /** Everything that must not change within a context, as text. */
  readonly fixed: string
}

const emotions = new Set(
  'neutral happy excited enthusiastic elated euphoric triumphant amazed surprised flirtatious curious content peaceful serene calm grateful affectionate trust sympathetic anticipation mysterious angry mad outraged frustrated agitated threatened disgusted contempt envious sarcastic ironic sad dejected melancholic disappointed hurt guilty bored tired rejected nostalgic wistful apologetic hesitant insecure confused resigned anxious panicked alarmed scared proud confident distant skeptical contemplative determined'.split(
    ' ',
  ),
)
const encodings = new Set(['pcm_f32le', 'pcm_s16le', 'pcm_mulaw', 'pcm_alaw'])
const rates = new Set([8_000, 16_000, 22_050, 24_000, 44_100, 48_000])

type Fields = Readonly<Record<string, unknown>>

/** A sentence instead of the message where it is wrong. */
export function readSpeechMessage(fields: Fields, version: string): SpeechMessage | string {
  const { context_id, transcript, voice, model_id, max_buffer_delay_ms = 3_000 } = fields
  if (typeof context_id !== 'string' || context_id === '') return 'context_id is missing'
  if (typeof transcript !== 'string') return 'transcript is missing'
  if (typeof model_id !== 'string' || model_id === '') return 'model_id is missing'
  const wrong = wrongVoice(voice, version) ?? wrongGeneration(fields.generation_config)
  if (wrong !== undefined) return wrong
  const format = fields.output_format as Fields | undefined
  if (format?.container !== 'raw') return 'output_format.container must be raw'
  if (!encodings.has(String(format.encoding))) return 'output_format.encoding is unknown'
  if (!rates.has(Number(format.sample_rate))) return 'output_format.sample_rate is not supported'
  if (fields.language != null && fields.locale != null) return 'set language or locale, not both'
  if (typeof max_buffer_delay_ms !== 'number' || max_buffer_delay_ms < 0 || max_buffer_delay_ms > 5_000)
    return 'max_buffer_delay_ms must be between 0 and 5000'
  if (fields.flush === true && transcript !== '') return 'a flush has an empty transcript'
  const { transcript: _, continue: isContinued, flush, ...rest } = fields
  return {
    contextId: context_id,
    transcript,
    isContinued: isContinued === true,
    isFlush: flush === true,
    bufferMs: max_buffer_delay_ms,
    wantsTimes: fields.add_timestamps === true,
    wantsPhones: fields.add_phoneme_timestamps === true,
    encoding: String(format.encoding),
    sampleRate: Number(format.sample_rate),
    language: String(fields.language ?? fields.locale ?? 'en'),
    fixed: JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function wrongVoice(voice: unknown, version: string): string | undefined {
  const id = typeof voice === 'string' ? voice : (voice as Fields | null | undefined)?.id
  if (typeof id !== 'string' || id === '') return 'voice is missing'
  if (version < '2026-08-14' && (voice as Fields).mode !== 'id') return 'voice must be {mode:"id",id}'
  return undefined
}

function wrongGeneration(config: unknown): string | undefined {
  const { emotion, speed, volume } = (config ?? {}) as Fields
  if (emotion !== undefined && !emotions.has(String(emotion))) return `no such emotion: ${emotion}`
  if (speed !== undefined && !(Number(speed) >= 0.6 && Number(speed) <= 1.5))
    return 'speed must be between 0.6 and 1.5'
  if (volume !== undefined && !(Number(volume) >= 0.5 && Number(volume) <= 2))
    return 'volume must be between 0.5 and 2'
  return undefined
}
