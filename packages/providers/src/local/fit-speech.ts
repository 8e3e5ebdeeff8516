/**
 * Makes an utterance look like what the acoustic model was trained and measured on, whoever speaks and over whatever
 * line. Loudness: the decoder subtracts a fixed mean of its features, so a quiet caller would look like another
 * channel. Band: telephone speech has nothing above 4 kHz, where the model expects something, so its lower half is
 * mirrored there. Both are decided from the beginning and then stay, since a change within an utterance would be worse.
 */

import { foldBand, isNarrowBand } from './fold-band.js'

const RATE = 16_000
/** How much of the beginning is looked at; the audio waits for it. */
const LOOK_SAMPLES = 0.7 * RATE
const BLOCK_SAMPLES = 0.1 * RATE
const TARGET_DBFS = -27
const LARGEST_GAIN_DB = 20
/** −50 dBFS: silence of a line. Looking begins with what is louder. */
const QUIET_POWER = 1e-5

export interface FitSpeech {
  /** Takes samples; gives none, or all that were kept, fitted. The result is the caller's. */
  feed(samples: Int16Array): Int16Array | undefined
  /** What is still kept. */
  end(): Int16Array | undefined
}

export function fitSpeech(): FitSpeech {
  const kept = new Int16Array(LOOK_SAMPLES)
  let count = 0
  let fit: ((samples: Int16Array) => Int16Array) | undefined

  /** Hands out what is kept as it is while it holds nothing loud enough to judge by. */
  function passQuiet(): Int16Array | undefined {
    if (count < BLOCK_SAMPLES || loudestPower(kept.subarray(0, count)) >= QUIET_POWER) return undefined
    const quiet = kept.slice(0, count)
    count = 0
    return quiet
  }

  function take(samples: Int16Array): Int16Array | undefined {
    if (fit !== undefined) return fit(samples)
    const fits = Math.min(samples.length, kept.length - count)
    kept.set(samples.subarray(0, fits), count)
    count += fits
    if (count < kept.length) return passQuiet()
    fit = fitFor(kept)
    return joined(fit(kept), fit(samples.subarray(fits)))
  }

  return {
    feed(samples) {
      let out: Int16Array | undefined
      for (let at = 0; at < samples.length; at += BLOCK_SAMPLES) {
        const part = take(samples.subarray(at, at + BLOCK_SAMPLES))
        if (part !== undefined) out = out === undefined ? part : joined(out, part)
      }
      return out
    },
    end() {
      if (fit !== undefined || count === 0) return undefined
      const head = kept.subarray(0, count)
      fit = fitFor(head)
      return fit(head)
    },
  }
}

function joined(one: Int16Array, other: Int16Array): Int16Array {
  const all = new Int16Array(one.length + other.length)
  all.set(one)
  all.set(other, one.length)
  return all
}

function fitFor(head: Int16Array): (samples: Int16Array) => Int16Array {
  const gain = gainFor(head)
  const fold = isNarrowBand(head) ? foldBand() : undefined
  return samples => scaled(fold === undefined ? samples : fold(samples), gain)
}

function gainFor(samples: Int16Array): number {
  const dbfs = 10 * Math.log10(loudestPower(samples))
  const db = Math.min(LARGEST_GAIN_DB, Math.max(-LARGEST_GAIN_DB, TARGET_DBFS - dbfs))
  return 10 ** (db / 20)
}

/** Mean power of the loudest tenth of a second, full scale 1, never 0. */
function loudestPower(samples: Int16Array): number {
  let loudest = 1
  for (let from = 0; from === 0 || from + BLOCK_SAMPLES <= samples.length; from += BLOCK_SAMPLES / 2) {
    const block = samples.subarray(from, from + BLOCK_SAMPLES)
    let sum = 0
    for (const sample of block) sum += sample * sample
    loudest = Math.max(loudest, sum / Math.max(1, block.length))
  }
  return loudest / 32_768 ** 2
}

function scaled(samples: Int16Array, gain: number): Int16Array {
  const out = new Int16Array(samples.length)
  for (let index = 0; index < samples.length; index++) {
    out[index] = Math.max(-32_768, Math.min(32_767, Math.round((samples[index] ?? 0) * gain)))
  }
  return out
}
