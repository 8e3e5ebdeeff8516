/** What the speech sockets and the HTTP routes are told in their query. */

export interface SpeechQuery {
  readonly sampleRate: number
  readonly isUlaw: boolean
  readonly isAuto: boolean
  readonly isAligned: boolean
  readonly language: string
  readonly inactivityMs: number
}

/** A sentence instead where it is wrong. */
export function speechQuery({ searchParams }: URL, isSocket: boolean): SpeechQuery | string {
  const format = searchParams.get('output_format') ?? 'mp3_44100_128'
  const rate = /^(?:pcm_(8000|16000|22050|24000|44100|48000)|ulaw_(8000))$/.exec(format)
  if (rate === null)
    return /^(mp3|opus|alaw)_/.test(format)
      ? 'this simulator speaks PCM and µ-law only'
      : 'no such output_format'
  const timeout = Number(searchParams.get('inactivity_timeout') ?? 20)
  if (!(timeout > 0 && timeout <= 180)) return 'inactivity_timeout must be at most 180'
  const model = searchParams.get('model_id')
  if (isSocket && model?.startsWith('eleven_v3')) return `model ${model} cannot be used over a WebSocket`
  return {
    sampleRate: Number(rate[1] ?? rate[2]),
    isUlaw: rate[2] !== undefined,
    isAuto: searchParams.get('auto_mode') === 'true',
    isAligned: searchParams.get('sync_alignment') === 'true',
    language: searchParams.get('language_code') ?? 'en',
    inactivityMs: timeout * 1000,
  }
}
