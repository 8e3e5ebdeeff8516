import { loadResampling, WavError } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { ParleyError } from '@parley/core'
import { TALK_INPUT_RATE } from './talk.js'

/**
 * A recording as a caller speaks it, PCM16 at `toRate`. Of a file that was cut off, what is there is spoken
 * and `notice` is told. @throws ParleyError `bad_audio_file`.
 */
export async function readUtterance(
  file: string,
  notice: (sentence: string) => void = () => undefined,
  toRate: number = TALK_INPUT_RATE,
): Promise<Int16Array> {
  const wav = await readRecording(file)
  if (wav.truncated) {
    const ms = Math.round(wav.durationMs)
    notice(`${file} ends before its header says; the ${ms} ms that are there are spoken.`)
  }
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate })
  const body = resampler.process(wav.samples).slice()
  const tail = resampler.flush()
  resampler.close()
  const samples = new Int16Array(body.length + tail.length)
  samples.set(body)
  samples.set(tail, body.length)
  return samples
}

async function readRecording(file: string) {
  try {
    return await readWavFile(file)
  } catch (cause) {
    if (cause instanceof WavError)
      throw new ParleyError('bad_audio_file', `${file}: ${cause.message}`, { cause })
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code ?? cause)})`
    throw new ParleyError('bad_audio_file', `${file} ${reason}; check the path.`, { cause })
  }
}
