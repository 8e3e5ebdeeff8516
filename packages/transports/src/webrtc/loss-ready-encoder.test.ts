import { loadOpus } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { createLossReadyEncoder } from './loss-ready-encoder.js'
import { openOpusDecoder, openOpusEncoder, type RtpEncoder } from './rtp-codec.js'

const voice = { bitrate: 32_000, lossPercent: 0 }

function fake(name: number): RtpEncoder & { closed: boolean } {
  return {
    closed: false,
    rate: 24_000,
    clockRate: 48_000,
    lookaheadMs: 5,
    frameSamples: 480,
    encode: () => Uint8Array.of(name),
    close() {
      this.closed = true
    },
  }
}

describe('an encoder that is ready for loss', () => {
  it('makes copies from the first reported loss on, and none again once it was calm for long', async () => {
    const [plain, repairing] = [fake(1), fake(2)]
    let opened = 0
    const encoder = createLossReadyEncoder(plain, async () => {
      opened += 1
      return repairing
    })
    const coded = () => encoder.encode(new Int16Array(480))[0]
    encoder.noteLoss(0.01)
    expect([coded(), opened]).toEqual([1, 0])
    encoder.noteLoss(0.05)
    expect(coded()).toBe(1)
    await Promise.resolve()
    expect([coded(), encoder.repairs]).toEqual([2, true])
    for (let report = 0; report < 5; report++) encoder.noteLoss(0)
    expect(coded()).toBe(2)
    encoder.noteLoss(0.03)
    for (let report = 0; report < 6; report++) encoder.noteLoss(0)
    expect([coded(), encoder.repairs, opened]).toEqual([1, false, 1])
    encoder.close()
    expect([plain.closed, repairing.closed]).toEqual([true, true])
  })

  it('closes what is opened too late, and goes on without where it cannot be opened', async () => {
    const late = fake(2)
    const gone = createLossReadyEncoder(fake(1), async () => late)
    gone.noteLoss(1)
    gone.close()
    await Promise.resolve()
    expect(late.closed).toBe(true)
    const poor = createLossReadyEncoder(fake(1), () => Promise.reject(new Error('no memory')))
    poor.noteLoss(1)
    await Promise.resolve()
    expect(poor.encode(new Int16Array(480))[0]).toBe(1)
  })

  it('lets a lost packet of Opus be recovered from the next one, in pitch and level', async () => {
    const opus = await loadOpus()
    const encoder = createLossReadyEncoder(await openOpusEncoder(opus, 24_000, voice), () =>
      openOpusEncoder(opus, 24_000, { ...voice, lossPercent: 20 }),
    )
    encoder.noteLoss(0.2)
    await expect.poll(() => encoder.repairs).toBe(true)
    const decoder = await openOpusDecoder(opus, 16_000)
    const rms = (samples: Int16Array) => Math.hypot(...samples) / Math.sqrt(samples.length)
    let whole = 0
    let recovered = 0
    for (let packet = 0, at = 0; packet < 60; packet++) {
      // A voice that changes its note in each packet: what went before says little of what was lost.
      const hz = 150 + ((packet * 67) % 200)
      const samples = Int16Array.from(
        { length: 480 },
        () => 9_000 * Math.sin((2 * Math.PI * hz * at++) / 24_000),
      )
      const payload = encoder.encode(samples).slice()
      if (packet % 5 === 3) continue
      if (packet % 5 === 4) recovered = Math.max(recovered, rms(decoder.recover(payload, 320)))
      whole = Math.max(whole, rms(decoder.decode(payload)))
    }
    expect(recovered).toBeGreaterThan(whole / 2)
    encoder.close()
    decoder.close()
  })
})
