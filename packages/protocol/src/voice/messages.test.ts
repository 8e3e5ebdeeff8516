import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientMessageSchema } from './client-messages.js'
import { serverMessageSchema } from './server-messages.js'
import { audioFormatSchema, VOICE_MAX_MESSAGE_BYTES } from './shared.js'

const valid = (message: unknown) => clientMessageSchema.safeParse(message).success

describe('hello', () => {
  it('fills in the formats and the reporting', () => {
    expect(clientMessageSchema.parse({ type: 'hello', version: 1 })).toEqual({
      type: 'hello',
      version: 1,
      input: { codec: 'pcm16', sampleRate: 16_000 },
      output: { codec: 'pcm16', sampleRate: 24_000 },
      reportsPlayed: false,
    })
  })

  it('names the version it wants when it gets another', () => {
    const { error } = clientMessageSchema.safeParse({ type: 'hello', version: 3 })
    expect(error?.issues[0]).toMatchObject({
      path: ['version'],
      message: expect.stringContaining('version 1'),
    })
  })

  it.each(['en', 'es-MX', 'zh-Hant-TW'])('takes the language %s', language => {
    expect(valid({ type: 'hello', version: 1, language })).toBe(true)
  })

  it.each(['', 'English', 'e', 'en_US', `en${'-abcdefgh'.repeat(5)}`])(
    'refuses the language "%s"',
    language => {
      expect(valid({ type: 'hello', version: 1, language })).toBe(false)
    },
  )
})

describe('an audio format', () => {
  it('takes PCM at any whole rate from 8 to 48 kHz and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.double()), sampleRate => {
        const inRange = Number.isInteger(sampleRate) && sampleRate >= 8_000 && sampleRate <= 48_000
        expect(audioFormatSchema.safeParse({ codec: 'pcm16', sampleRate }).success).toBe(inRange)
      }),
    )
  })

  it('takes Opus only at rates that Opus has', () => {
    const rates = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
    const taken = rates.filter(
      sampleRate => audioFormatSchema.safeParse({ codec: 'opus', sampleRate }).success,
    )
    expect(taken).toEqual([8_000, 12_000, 16_000, 24_000, 48_000])
  })

  it('fits a second of its sound into one message', () => {
    expect(48_000 * 2).toBeLessThanOrEqual(VOICE_MAX_MESSAGE_BYTES)
  })
})

describe('a client message', () => {
  it.each([
    ['text without words', { type: 'text', text: ' \n ' }],
    ['text of over 4000 characters', { type: 'text', text: 'x'.repeat(4_001) }],
    ['a report below nothing', { type: 'played', reply: 'r', ms: -1 }],
    ['a report of over an hour', { type: 'played', reply: 'r', ms: 3_600_001 }],
    ['a report that is no number', { type: 'played', reply: 'r', ms: Number.NaN }],
    ['a ping with half an id', { type: 'ping', id: 0.5 }],
    ['a resume token of over 200 characters', { type: 'hello', version: 1, resume: 'x'.repeat(201) }],
    ['a server’s message', { type: 'pong', id: 1 }],
    ['a wish for frames too close', { type: 'hello', version: 1, prosody: { hopMs: 15 } }],
    ['a wish for no side', { type: 'hello', version: 1, prosody: { sides: [] } }],
  ])('is not %s', (_, message) => {
    expect(valid(message)).toBe(false)
  })

  it('may hold fields of a later version, which are dropped', () => {
    expect(clientMessageSchema.parse({ type: 'commit', why: 'button' })).toEqual({ type: 'commit' })
  })

  it('is trimmed text', () => {
    expect(clientMessageSchema.parse({ type: 'text', text: '  hi ' })).toEqual({ type: 'text', text: 'hi' })
  })
})

describe('a server message', () => {
  it('is refused when a field is missing, so that a test of the gateway can fail', () => {
    expect(serverMessageSchema.safeParse({ type: 'reply-sent', atMs: 1, reply: 'r' }).success).toBe(false)
    expect(
      serverMessageSchema.safeParse({ type: 'reply-sent', atMs: 1, reply: 'r', totalMs: 5 }).success,
    ).toBe(true)
  })
})
