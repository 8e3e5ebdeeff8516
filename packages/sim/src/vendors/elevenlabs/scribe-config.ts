/** The session that a recogniser's query asks for, as `session_started` tells it. */

export interface ScribeConfig {
  readonly sample_rate: number
  readonly audio_format: string
  readonly model_id: string
  readonly commit_strategy: 'manual' | 'vad'
  readonly include_timestamps: boolean
  readonly language_code?: string
  readonly vad_silence_threshold_secs?: number
  readonly keyterms?: readonly string[]
}

/** A sentence instead where it is wrong. */
export function scribeConfig({ searchParams }: URL): ScribeConfig | string {
  const model = searchParams.get('model_id')
  if (model === null || model === '') return 'model_id is missing'
  const format = searchParams.get('audio_format') ?? 'pcm_16000'
  const rate = /^pcm_(8000|16000|22050|24000|44100|48000)$/.exec(format)?.[1]
  if (rate === undefined)
    return format === 'ulaw_8000' ? 'this simulator hears PCM only' : 'no such audio_format'
  const strategy = searchParams.get('commit_strategy') ?? 'manual'
  if (strategy !== 'manual' && strategy !== 'vad') return 'no such commit_strategy'
  const silence = searchParams.get('vad_silence_threshold_secs')
  if (silence !== null && !(Number(silence) >= 0.3 && Number(silence) <= 3))
    return 'vad_silence_threshold_secs must be between 0.3 and 3'
  const keyterms = searchParams.getAll('keyterms')
  if (keyterms.length > 50) return 'more than 50 key terms'
  const language = searchParams.get('language_code')
  return {
    sample_rate: Number(rate),
    audio_format: format,
    model_id: model,
    commit_strategy: strategy,
    include_timestamps: searchParams.get('include_timestamps') === 'true',
    ...(language === null ? {} : { language_code: language }),
    ...(silence === null ? {} : { vad_silence_threshold_secs: Number(silence) }),
    ...(keyterms.length === 0 ? {} : { keyterms }),
  }
}
