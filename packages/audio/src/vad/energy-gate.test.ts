import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readWav } from '../wav/read-wav.js'
import { loadVoiceActivity } from './assets.js'
import { gateVoice } from './energy-gate.js'

const activity = await loadVoiceActivity()
const fixtures = new URL('../../../../fixtures/audio/', import.meta.url)

/** Probabilities with and without the gate, and the share of windows it spared the detector. */
function compare(samples: Int16Array, rate: 8000 | 16000) {
  const open = activity.open(rate)
  const gated = gateVoice(activity.open(rate))
  let worst = 0
  for (let at = 0; at + open.windowSize <= samples.length; at += open.windowSize) {
    const window = samples.subarray(at, at + open.windowSize)
    worst = Math.max(worst, Math.abs(open.process(window) - gated.process(window)))
  }
  open.close()
  gated.close()
  return { worst, share: gated.skipped / gated.windows }
}

function recording(path: string) {
  const { samples, sampleRate } = readWav(readFileSync(new URL(path, fixtures)))
  return { samples, rate: sampleRate as 8000 | 16000 }
}

describe('the energy gate', () => {
  it.each([
    'clips/jfk.wav',
    'conv/dev-vad-en.wav',
    'conv/dev-call-en8-ulaw.wav',
    'conv/dev-pauses-en8-ulaw.wav',
    'conv/dev-vad-en8-office10-ulaw.wav',
    'conv/dev-traps8-ulaw.wav',
  ])('leaves the probabilities of %s as they are', path => {
    const { samples, rate } = recording(path)
    expect(compare(samples, rate).worst).toBeLessThan(0.02)
  })

  it('spares the detector most of a long silence', () => {
    expect(compare(new Int16Array(16000 * 20), 16000).share).toBeGreaterThan(0.8)
  })

  it('never closes on loud noise, whatever the detector makes of it', () => {
    const noise = Int16Array.from({ length: 16000 * 5 }, (_, i) => 800 * Math.sin(i * i))
    expect(compare(noise, 16000).share).toBe(0)
  })

  it('opens in the very window in which sound begins', () => {
    const gated = gateVoice(activity.open(16000))
    for (let window = 0; window < 200; window++) gated.process(new Int16Array(512))
    const before = gated.skipped
    gated.process(Int16Array.from({ length: 512 }, (_, i) => (i < 384 ? 0 : 300 * Math.sin(i / 4))))
    expect(gated.skipped).toBe(before)
  })

  it('listens again after a reset', () => {
    const gated = gateVoice(activity.open(16000))
    for (let window = 0; window < 100; window++) gated.process(new Int16Array(512))
    const before = gated.skipped
    gated.reset()
    for (let window = 0; window < 16; window++) gated.process(new Int16Array(512))
    expect(gated.skipped).toBe(before)
    expect(before).toBeGreaterThan(0)
  })
})
