import { describe, expect, it } from 'vitest'
import { ratesOf, workletOf } from './voice-rates.js'

const none = { webCodecs: () => undefined }
const url = 'https://gateway.test/v1/voice'

describe('what is known before a session', () => {
  it('are the rates of PCM16 where there is no Opus, or it is not wanted', async () => {
    expect(await ratesOf({}, none)).toEqual({ input: 16_000, output: 24_000 })
    const rates = { input: { sampleRate: 8_000 }, output: { sampleRate: 16_000 } }
    expect(await ratesOf({ codec: 'pcm16', ...rates }, none)).toEqual({ input: 8_000, output: 16_000 })
  })

  it('is the gateway’s audio program, fetched first by pages of another origin', () => {
    const workletUrl = new URL('https://gateway.test/audio-worklet-processor.js')
    expect(workletOf({ url }, 'https://gateway.test')).toEqual({ workletUrl, workletInline: false })
    expect(workletOf({ url }, 'https://page.test')).toEqual({ workletUrl, workletInline: true })
  })

  it('is the page’s own program where it names one', () => {
    const own = { url, workletUrl: '/own.js' }
    expect(workletOf(own, 'https://page.test')).toEqual({ workletUrl: '/own.js', workletInline: false })
    expect(workletOf({ ...own, workletCode: 'x' }, undefined)).toEqual({ workletCode: 'x' })
  })
})
