/** What has to be known before the session is: at which rates it will speak and listen, and where its audio program is. */
import { OPUS_OUTPUT_RATE, supportsOpus } from '../codec/web-codecs.js'
import { voiceAddress } from '../connection/address.js'
import { WORKLET_PATH, type WorkletSource } from '../devices/worklet.js'
import type { Environment } from '../environment.js'
import type { VoiceOptions } from './voice-page-types.js'

/** Hz. */
export interface VoiceRates {
  readonly input: number
  readonly output: number
}

const PCM_INPUT_RATE = 16_000
const PCM_OUTPUT_RATE = 24_000
/** Opus takes this one as it is, and the sound card mostly has it. */
const OPUS_INPUT_RATE = 48_000

/** Those the client will ask for, so that nothing of the first reply comes before there is a player for it. */
export async function ratesOf(
  options: Pick<VoiceOptions, 'codec' | 'input' | 'output'>,
  environment: Pick<Environment, 'webCodecs'>,
): Promise<VoiceRates> {
  const opus = options.codec !== 'pcm16' && (await supportsOpus(environment.webCodecs()))
  if (opus) return { input: OPUS_INPUT_RATE, output: OPUS_OUTPUT_RATE }
  return {
    input: options.input?.sampleRate ?? PCM_INPUT_RATE,
    output: options.output?.sampleRate ?? PCM_OUTPUT_RATE,
  }
}

/** The gateway's own program unless the page names another; from elsewhere it has to be fetched first. */
export function workletOf(
  { url, workletUrl, workletInline, workletCode }: Pick<VoiceOptions, 'url'> & WorkletSource,
  origin: string | undefined = globalThis.location?.origin,
): WorkletSource {
  if (workletCode !== undefined) return { workletCode }
  const gateway = new URL(WORKLET_PATH, voiceAddress(url).replace(/^ws/, 'http'))
  return {
    workletUrl: workletUrl ?? gateway,
    workletInline: workletInline ?? (workletUrl === undefined && gateway.origin !== origin),
  }
}
