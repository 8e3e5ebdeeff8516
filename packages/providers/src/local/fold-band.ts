/**
 * Telephone speech at 16 kHz: how to tell it, and how to give it an upper half. Taking every second sample and drawing
 * straight lines between them mirrors 0–4 kHz into 4–8 kHz, weaker the higher it gets; the lower half stays.
 */

/** High-pass clear of the telephone band: a Hamming-windowed sinc of this many taps to each side. */
const CUTOFF = (2 * Math.PI * 5_000) / 16_000
const HALF_TAPS = 31
/** Every fourth sample is enough to measure a power. */
const STRIDE = 4
/** Power above the cut-off in the strongest tenth of a second, against the power of the loudest, that speech of a full band exceeds. */
const NARROW_DB = -58
const BLOCK_SAMPLES = 1_600

const taps: Float64Array = highPass()

/** Whether 16 kHz audio has nothing above 4 kHz to speak of. Silence has nothing, and counts as not narrow. */
export function isNarrowBand(samples: Int16Array): boolean {
  let loudest = 0
  let highest = 0
  for (let from = 0; from + BLOCK_SAMPLES <= samples.length; from += BLOCK_SAMPLES) {
    const { all, high } = powers(samples.subarray(from, from + BLOCK_SAMPLES))
    loudest = Math.max(loudest, all)
    highest = Math.max(highest, high)
  }
  return loudest > 0 && 10 * Math.log10(highest / loudest + 1e-12) < NARROW_DB
}

/** Mirrors the band of a stream of 16 kHz samples, one sample late. As many samples out as in. */
export function foldBand(): (samples: Int16Array) => Int16Array {
  let before = 0
  let last = 0
  let odd = true
  return samples => {
    const out = new Int16Array(samples.length)
    for (let index = 0; index < samples.length; index++) {
      const now = samples[index] ?? 0
      out[index] = odd ? (before + now) >> 1 : last
      odd = !odd
      before = last
      last = now
    }
    return out
  }
}

function powers(block: Int16Array): { readonly all: number; readonly high: number } {
  let all = 0
  let high = 0
  for (let at = HALF_TAPS; at < block.length - HALF_TAPS; at += STRIDE) {
    let sum = 0
    for (let tap = -HALF_TAPS; tap <= HALF_TAPS; tap++) {
      sum += (taps[tap + HALF_TAPS] ?? 0) * (block[at + tap] ?? 0)
    }
    high += sum * sum
    all += (block[at] ?? 0) ** 2
  }
  return { all, high }
}

function highPass(): Float64Array {
  return Float64Array.from({ length: 2 * HALF_TAPS + 1 }, (_, index) => {
    const offset = index - HALF_TAPS
    const window = 0.54 + 0.46 * Math.cos((Math.PI * offset) / HALF_TAPS)
    const low = offset === 0 ? CUTOFF / Math.PI : Math.sin(CUTOFF * offset) / (Math.PI * offset)
    return window * ((offset === 0 ? 1 : 0) - low)
  })
}
