/**
 * The tones of telephone keys: pairs of frequencies by ITU-T Q.23, at levels and lengths that receivers by Q.24 take. The
 * upper tone is 2 dB louder, as lines dampen it more. Each begins and ends in a ramp, so that nothing clicks.
 */

export interface DtmfToneOptions {
  /** `0`–`9`, `*`, `#`, `A`–`D`. */
  readonly key: string
  /** Hz of the samples, 8000–48000. */
  readonly rate: number
  /** Length of the tone, ms; receivers take 40 and more. Default 100. */
  readonly onMs?: number
  /** Silence behind it, ms; receivers take 40 and more. Default 100. */
  readonly offMs?: number
}

const rows = ['123A', '456B', '789C', '*0#D']
const lowHz = [697, 770, 852, 941]
const highHz = [1209, 1336, 1477, 1633]

export const DTMF_TONE_MS = 100
export const DTMF_PAUSE_MS = 100

const RAMP_MS = 4
/** −8 and −6 dBm0, where a sine of full scale has +3.14 dBm0 (ITU-T G.711). */
const lowLevel = 32_767 * 10 ** ((-8 - 3.14) / 20)
const highLevel = 32_767 * 10 ** ((-6 - 3.14) / 20)

/** Both frequencies of a key, Hz, the lower first; undefined for what is no key. */
export function dtmfPairOf(key: string): readonly [number, number] | undefined {
  if (key.length !== 1) return undefined
  const row = rows.findIndex(keys => keys.includes(key))
  const column = rows[row]?.indexOf(key) ?? -1
  const [low, high] = [lowHz[row], highHz[column]]
  return low === undefined || high === undefined ? undefined : [low, high]
}

/** Mono PCM16: the tone and the silence behind it. @throws RangeError for what is no key */
export function dtmfTone(options: DtmfToneOptions): Int16Array {
  const { key, rate, onMs = DTMF_TONE_MS, offMs = DTMF_PAUSE_MS } = options
  const pair = dtmfPairOf(key)
  if (pair === undefined) throw new RangeError('A key is one of 0–9, *, #, A–D.')
  const on = Math.round((rate * onMs) / 1000)
  const samples = new Int16Array(on + Math.round((rate * offMs) / 1000))
  const ramp = Math.min(on / 2, (rate * RAMP_MS) / 1000)
  const [low, high] = pair.map(hz => (2 * Math.PI * hz) / rate) as [number, number]
  for (let at = 0; at < on; at++) {
    const edge = Math.min(1, (at + 0.5) / ramp, (on - at - 0.5) / ramp)
    const gain = 0.5 - 0.5 * Math.cos(Math.PI * edge)
    samples[at] = Math.round(gain * (lowLevel * Math.sin(low * at) + highLevel * Math.sin(high * at)))
  }
  return samples
}
