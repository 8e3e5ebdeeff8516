/** A signal as a line has it: at its rate, in 16 bits, and on a telephone in µ-law. */

import { decodeUlaw, encodeUlaw, type Resampling } from '@parley/audio'
import { type ExactSignal, madeRate } from './exact-signal.js'
import { phoneBand } from './noises.js'

export type BenchRate = 8000 | 16000 | 24000 | 48000

export function convertSignal(signal: ExactSignal, rate: BenchRate, resampling: Resampling): Int16Array {
  if (signal.telephone !== true) return convert(quantised(signal.samples), madeRate, rate, resampling)
  const narrow = convert(quantised(phoneBand(signal.samples)), madeRate, 8000, resampling)
  return convert(decodeUlaw(encodeUlaw(narrow)), 8000, rate, resampling)
}

export function convert(
  samples: Int16Array,
  fromRate: number,
  toRate: number,
  resampling: Resampling,
): Int16Array {
  const resampler = resampling.create({ fromRate, toRate })
  const head = resampler.process(samples).slice()
  const tail = resampler.flush().slice()
  resampler.close()
  const all = new Int16Array(head.length + tail.length)
  all.set(head)
  all.set(tail, head.length)
  return all
}

function quantised(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))))
}
