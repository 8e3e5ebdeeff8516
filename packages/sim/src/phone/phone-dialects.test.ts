import {
  phoneCarrierMessageSchema,
  phoneGatewayMessageSchema,
  telnyxGatewayMessageSchema,
} from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { startPhoneTalk } from './phone-talk.test.support.js'

describe('a call in another dialect', () => {
  it.each([16_000, 24_000])(
    'of SignalWire in PCM16 at %i Hz is spoken at that rate, whole',
    async sampleRate => {
      const format = { encoding: 'l16', sampleRate } as const
      const talk = await startPhoneTalk({ words: 4, phone: { dialect: 'signalwire', format } })
      await talk.clock.advance(3_000)
      expect(talk.asked[0]?.transport.outputRate).toBe(sampleRate)
      expect(talk.phone.sound().length / sampleRate).toBeCloseTo(1.24, 1)
      for (const text of talk.line.sent) phoneGatewayMessageSchema.parse(JSON.parse(text))
      expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
    },
  )

  it('of Telnyx carries valid messages both ways, without the id of the stream', async () => {
    const talk = await startPhoneTalk({ words: 4, phone: { dialect: 'telnyx' } })
    const written: unknown[] = []
    talk.line.gateway.on('message', data => written.push(JSON.parse(String(data))))
    await talk.clock.advance(600)
    talk.phone.dtmf('7')
    await talk.clock.advance(500)
    talk.phone.hangUp()
    await talk.clock.advance(500)
    const sent = talk.line.sent.map(text => telnyxGatewayMessageSchema.parse(JSON.parse(text)).event)
    expect(new Set(sent)).toEqual(new Set(['media', 'mark', 'clear']))
    for (const message of written) phoneCarrierMessageSchema.parse(message)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
  })

  it('of Telnyx that comes out of order is heard in order', async () => {
    let count = 0
    const lateMs = () => (count++ % 5 === 2 ? 30 : 0)
    const talk = await startPhoneTalk({ opens: false, phone: { dialect: 'telnyx', lateMs } })
    await talk.clock.advance(100)
    await talk.speak(1_000)
    await talk.clock.advance(300)
    const voiced = talk.frames.filter(({ level }) => level > 1_000)
    expect(voiced).toHaveLength(50)
    expect((voiced.at(-1)?.atMs ?? 0) - (voiced[0]?.atMs ?? 0)).toBeCloseTo(980, 0)
  })
})

describe('a carrier whose clock differs', () => {
  // Ten times a bad crystal's drift: as far apart in 33 s as in five and a half minutes of ±200 ppm.
  it.each([2_000, -2_000])('by %i ppm is heard in time and plays within bounds', async driftPpm => {
    const talk = await startPhoneTalk({ words: 100, phone: { driftPpm } })
    let most = 0
    for (let second = 0; second < 33; second++) {
      await talk.clock.advance(1_000)
      most = Math.max(most, talk.phone.bufferedMs)
    }
    expect(most).toBeLessThanOrEqual(330)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
    expect(talk.phone.closed).toBeUndefined()
  })
})
