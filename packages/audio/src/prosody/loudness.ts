/**
 * Momentary loudness of one channel by ITU-R BS.1770-5: the power of the last 400 ms through the K-weighting, which
 * lifts what a head lifts and takes the lowest away. The standard gives its filters for 48 kHz alone; here they are
 * derived for the rate from the analogue ones behind them (B. De Man, Evaluation of Implementations of the EBU R128
 * Loudness Measurement, AES 145, 2018). The window moves on by 10 ms.
 */

export interface LoudnessMeter {
  /** Takes the first `count` samples in, of full scale 1. */
  hear(samples: Float64Array, count: number): void
  /** LUFS; −100 for silence and less. What is missing to 400 ms counts as silence. */
  measure(): number
  reset(): void
}

/** Loudness of a weighted mean square. */
export function loudnessOf(power: number): number {
  return power <= 1e-10 ? silentLoudness : Math.max(silentLoudness, -0.691 + 10 * Math.log10(power))
}

/** What the weighting makes of the power at a frequency below 20 kHz, as a factor. */
export function loudnessWeight(hz: number): number {
  const [b0, b1, b2, a1, a2] = shelfCoefficients(standardRate) as Filter
  const [c1, c2] = highPassCoefficients(standardRate) as [number, number]
  const angle = (2 * Math.PI * hz) / standardRate
  return responseAt([b0, b1, b2, a1, a2], angle) * responseAt([1, -2, 1, c1, c2], angle)
}

type Filter = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

/** Power that a filter of second order lets through. */
function responseAt([b0, b1, b2, a1, a2]: Filter, angle: number): number {
  const square = (c0: number, c1: number, c2: number): number =>
    (c0 + c1 * Math.cos(angle) + c2 * Math.cos(2 * angle)) ** 2 +
    (c1 * Math.sin(angle) + c2 * Math.sin(2 * angle)) ** 2
  return square(b0, b1, b2) / square(1, a1, a2)
}

const silentLoudness = -100
const blocks = 40
const nothing = 1e-30

const shelf = { hz: 1681.974450955533, gainDb: 3.999843853973347, q: 0.7071752369554196 }
const standardRate = 48_000
const highPass = { hz: 38.13547087602444, q: 0.5003270373238773 }

export function createLoudnessMeter(rate: number): LoudnessMeter {
  const head = shelfCoefficients(rate)
  const low = highPassCoefficients(rate)
  const [b0, b1, b2, a1, a2] = head as Filter
  const [c1, c2, gain] = low as [number, number, number]
  const delays = new Float64Array(4)
  const powers = new Float64Array(blocks)
  const blockSamples = Math.round(rate / 100)
  const state = { sum: 0, filled: 0, block: 0 }

  return {
    measure() {
      let sum = 0
      for (let i = 0; i < blocks; i++) sum += powers[i] as number
      return loudnessOf(sum / blocks)
    },
    hear(samples, count) {
      let s1 = delays[0] as number
      let s2 = delays[1] as number
      let t1 = delays[2] as number
      let t2 = delays[3] as number
      let { sum, filled } = state
      for (let i = 0; i < count; i++) {
        const sample = (samples[i] as number) * gain
        const lifted = b0 * sample + s1
        s1 = b1 * sample - a1 * lifted + s2
        s2 = b2 * sample - a2 * lifted
        const out = lifted + t1
        t1 = -2 * lifted - c1 * out + t2
        t2 = lifted - c2 * out
        sum += out * out
        if (++filled < blockSamples) continue
        powers[state.block] = sum / blockSamples
        state.block = (state.block + 1) % blocks
        sum = 0
        filled = 0
      }
      state.sum = sum
      state.filled = filled
      delays[0] = settled(s1)
      delays[1] = settled(s2)
      delays[2] = settled(t1)
      delays[3] = settled(t2)
    },
    reset() {
      delays.fill(0)
      powers.fill(0)
      state.sum = 0
      state.filled = 0
      state.block = 0
    },
  }
}

/** A filter that fades out would come to numbers that are slow to count with. */
const settled = (value: number): number => (value < nothing && value > -nothing ? 0 : value)

function shelfCoefficients(rate: number): readonly number[] {
  const k = Math.tan((Math.PI * shelf.hz) / rate)
  const high = 10 ** (shelf.gainDb / 20)
  const band = high ** 0.4996667741545416
  const scale = 1 / (1 + k / shelf.q + k * k)
  return [
    (high + (band * k) / shelf.q + k * k) * scale,
    2 * (k * k - high) * scale,
    (high - (band * k) / shelf.q + k * k) * scale,
    2 * (k * k - 1) * scale,
    (1 - k / shelf.q + k * k) * scale,
  ]
}

/**
 * The two of the denominator, and a gain. The numerator of the standard is 1, −2, 1 at 48 kHz, which lifts all by
 * 0.04 dB; the gain makes it lift as much at any other rate.
 */
function highPassCoefficients(rate: number): readonly number[] {
  const scale = highPassScale(rate)
  const k = Math.tan((Math.PI * highPass.hz) / rate)
  return [2 * (k * k - 1) * scale, (1 - k / highPass.q + k * k) * scale, scale / highPassScale(standardRate)]
}

function highPassScale(rate: number): number {
  const k = Math.tan((Math.PI * highPass.hz) / rate)
  return 1 / (1 + k / highPass.q + k * k)
}
