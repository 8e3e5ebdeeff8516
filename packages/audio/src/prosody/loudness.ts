/**
 * Momentary loudness of one channel by ITU-R BS.1770-5: the power of the last 400 ms through the K-weighting, which
 * lifts what a head lifts and takes the lowest away. The standard gives its filters for 48 kHz alone; for other rates
 * they are matched (after M. Vicanek, Matched Second Order Digital Filters, 2016). The window moves on by 10 ms.
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
  const angle = (2 * Math.PI * hz) / standardRate
  return responseAt(shelf, angle) * responseAt(highPass, angle)
}

type Filter = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

/** Power that a filter of second order lets through. */
function responseAt([b0, b1, b2, a1, a2]: Filter, angle: number): number {
  return powerAt([b0, b1, b2], angle) / powerAt([1, a1, a2], angle)
}

function powerAt([c0, c1, c2]: readonly [number, number, number], angle: number): number {
  return (
    (c0 + c1 * Math.cos(angle) + c2 * Math.cos(2 * angle)) ** 2 +
    (c1 * Math.sin(angle) + c2 * Math.sin(2 * angle)) ** 2
  )
}

const silentLoudness = -100
const blocks = 40
const nothing = 1e-30
/** Where the filters of other rates are made to agree, besides at 0 and at half their rate. */
const shelfMatchHz = 1500
const highPassMatchHz = 60

/** Filters of ITU-R BS.1770-5 for 48 kHz, tables 1 and 2. */
const standardRate = 48_000
const shelf: Filter = [
  1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585,
]
const highPass: Filter = [1, -2, 1, -1.99004745483398, 0.99007225036621]

export function createLoudnessMeter(rate: number): LoudnessMeter {
  const [b0, b1, b2, a1, a2] = filterAt(rate, shelf, shelfMatchHz)
  const [d0, d1, d2, c1, c2] = filterAt(rate, highPass, highPassMatchHz)
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
        const sample = samples[i] as number
        const lifted = b0 * sample + s1
        s1 = b1 * sample - a1 * lifted + s2
        s2 = b2 * sample - a2 * lifted
        const out = d0 * lifted + t1
        t1 = d1 * lifted - c1 * out + t2
        t2 = d2 * lifted - c2 * out
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

/**
 * A filter for another rate that does what one of the standard does: its poles at the same frequencies, its numerator
 * such that the gain is the same at 0, at half the rate and at one frequency between.
 */
function filterAt(rate: number, filter: Filter, matchHz: number): Filter {
  const [, , , s1, s2] = filter
  const stretch = standardRate / rate
  const radius = Math.sqrt(s2)
  const turn = -s1 / (2 * radius)
  const cos = turn < 1 ? Math.cos(Math.acos(turn) * stretch) : Math.cosh(Math.acosh(turn) * stretch)
  const a2 = s2 ** stretch
  const a1 = -2 * Math.sqrt(a2) * cos
  const wanted = (hz: number): number => {
    const angle = (2 * Math.PI * hz) / standardRate
    return powerAt([1, a1, a2], (2 * Math.PI * hz) / rate) * responseAt(filter, angle)
  }
  const low = Math.max(0, wanted(0))
  const high = wanted(rate / 2)
  const share = Math.sin((Math.PI * matchHz) / rate) ** 2
  const rest = (wanted(matchHz) - low * (1 - share) - high * share) / (4 * share * (1 - share))
  const sum = (Math.sqrt(low) + Math.sqrt(high)) / 2
  const b0 = (sum + Math.sqrt(Math.max(0, sum * sum + rest))) / 2
  return [b0, (Math.sqrt(low) - Math.sqrt(high)) / 2, -rest / (4 * b0), a1, a2]
}
