/**
 * How sound travels between this page and its gateway. On this machine bytes cost nothing, and PCM16 is what a recogniser
 * with a small vocabulary hears best; anywhere else it is Opus where the browser has it. `?codec=` of the address decides
 * otherwise: `auto`, `opus` or `pcm16`.
 */
import { OPUS_OUTPUT_RATE, supportsOpus } from '@parley/client'

export type Codec = 'auto' | 'opus' | 'pcm16'

/** Of PCM16, Hz. */
export const PCM_OUTPUT_RATE = 24_000

const codecs: readonly Codec[] = ['auto', 'opus', 'pcm16']
const here = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

export function codecFor({ hostname, search }: Pick<Location, 'hostname' | 'search'>): Codec {
  const wanted = new URLSearchParams(search).get('codec')
  return codecs.find(codec => codec === wanted) ?? (here.test(hostname) ? 'pcm16' : 'auto')
}

/** Rate of the sound to come, Hz. */
export async function outputRateOf(codec: Codec): Promise<number> {
  return codec !== 'pcm16' && (await supportsOpus()) ? OPUS_OUTPUT_RATE : PCM_OUTPUT_RATE
}
