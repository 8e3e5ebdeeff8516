/** How sound comes and frames go on one prosody socket: the gateway's defaults, and what the client changes of them. */
import { ParleyError } from '@parley/core'
import { MAX_PROSODY_BATCH, type ProsodyConfig, type ProsodyEncoding } from '@parley/protocol'
import { prosodyFrameRange } from './prosody-frame-range.js'

export interface StreamConfig {
  /** Hz, 8000–48000. */
  readonly sampleRate: number
  /** Samples. */
  readonly frameSize: number
  readonly hopSize: number
  readonly encoding: ProsodyEncoding
  /** Frames in one message. */
  readonly batch: number
  readonly output: 'json' | 'binary'
  readonly manner: 'fast' | 'accurate'
}

export function hopMsOf({ hopSize, sampleRate }: StreamConfig): number {
  return (hopSize * 1000) / sampleRate
}

/** @throws ParleyError `bad_message` where the whole does not fit together */
export function changeConfig(before: StreamConfig, wish: ProsodyConfig): StreamConfig {
  const sampleRate = wish.sampleRate ?? before.sampleRate
  const scaled = (samples: number) => Math.round((samples * sampleRate) / before.sampleRate)
  const frameSize = wish.frameSize ?? scaled(before.frameSize)
  // A frame that was made shorter than the hop was leaves no other.
  const hopSize = wish.hopSize ?? Math.min(frameSize, scaled(before.hopSize))
  const config = {
    sampleRate,
    frameSize,
    hopSize,
    encoding: wish.encoding ?? before.encoding,
    batch: wish.batch ?? before.batch,
    output: wish.output ?? before.output,
    manner: wish.manner ?? before.manner,
  }
  check(config)
  if (wish.batch !== undefined || wish.batchMs === undefined) return config
  const batch = Math.max(1, Math.round(wish.batchMs / hopMsOf(config)))
  return { ...config, batch: Math.min(MAX_PROSODY_BATCH, batch) }
}

function check({ sampleRate, frameSize, hopSize }: StreamConfig): void {
  const { minFrameMs, maxFrameMs, minHopMs } = prosodyFrameRange
  const samples = (ms: number) => Math.ceil((ms * sampleRate) / 1000)
  if (frameSize < samples(minFrameMs) || frameSize > Math.floor((maxFrameMs * sampleRate) / 1000)) {
    throw new ParleyError(
      'bad_message',
      `\`frameSize\`: ${frameSize} samples at ${sampleRate} Hz are not ${minFrameMs} to ${maxFrameMs} ms.`,
    )
  }
  if (hopSize < samples(minHopMs) || hopSize > frameSize) {
    throw new ParleyError(
      'bad_message',
      `\`hopSize\`: ${hopSize} samples at ${sampleRate} Hz are not ${minHopMs} ms up to a frame (${frameSize} samples).`,
    )
  }
}
