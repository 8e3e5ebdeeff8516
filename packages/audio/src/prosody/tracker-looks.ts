/** Looks at pitch and spectrum by the plain tracker. */

import { createFourier } from '../echo/fourier.js'
import { createPitchTracker } from '../pitch/pitch-tracker.js'

export interface PitchLook {
  readonly atMs: number
  readonly hz: number
  readonly voicing: number
  readonly harmonicity: number
  readonly power: Float32Array
}

export interface PitchLooks {
  readonly hopMs: number
  readonly delayMs: number
  hear(samples: Float32Array, tell: (look: PitchLook) => void): void
  reset(): void
}

const windowMs = 44

export function createTrackerLooks(rate: 8000 | 16000, manner: 'fast' | 'accurate'): PitchLooks {
  const hopMs = manner === 'accurate' ? 8 : 16
  const hop = (hopMs * rate) / 1000
  const length = (windowMs * rate) / 1000
  const size = (1024 * rate) / 16000
  const tracker = createPitchTracker({ rate })
  const fourier = createFourier(size)
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  const line = new Float32Array(length)
  const weights = Float64Array.from(
    { length },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length),
  )
  const gain = 2 / (size * weights.reduce((sum, weight) => sum + weight * weight, 0))
  const look = { atMs: 0.5, hz: 0.5, voicing: 0.5, harmonicity: 0.5, power: new Float32Array(size / 2 + 1) }
  const place = { next: 0, missing: length / 2, looks: 0 }
  const fill = (): void => {
    re.fill(0)
    im.fill(0)
    for (let i = 0; i < length; i++) {
      re[i] = (line[(place.next + i) % length] as number) * (weights[i] as number)
    }
    fourier.transform(re, im)
    for (let k = 0; k <= size / 2; k++) {
      look.power[k] = ((re[k] as number) ** 2 + (im[k] as number) ** 2) * gain
    }
    tracker.analyse()
    look.atMs = place.looks * hopMs
    look.hz = tracker.voicing > 0.6 ? tracker.hz : 0
    look.voicing = tracker.voicing
    const height = Math.min(0.9999, Math.max(0.01, tracker.voicing))
    look.harmonicity = look.hz === 0 ? -20 : Math.max(-20, 10 * Math.log10(height / (1 - height)))
    place.looks++
  }
  return {
    hopMs,
    delayMs: windowMs / 2,
    hear(samples, tell) {
      const whole = Int16Array.from(samples, sample =>
        Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
      )
      let from = 0
      for (let i = 0; i < samples.length; i++) {
        const sample = samples[i] as number
        line[place.next] = sample
        place.next = (place.next + 1) % length
        place.missing--
        if (place.missing > 0) continue
        place.missing = hop
        tracker.hear(whole.subarray(from, i + 1))
        from = i + 1
        fill()
        tell(look)
      }
      tracker.hear(whole.subarray(from))
    },
    reset() {
      tracker.reset()
      line.fill(0)
      place.next = 0
      place.missing = length / 2
      place.looks = 0
    },
  }
}
