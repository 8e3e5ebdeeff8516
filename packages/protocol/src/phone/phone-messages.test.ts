/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { phoneCarrierMessageSchema, phoneStreamOf } from './carrier-messages.js'
import { phoneGatewayMessageSchema } from './gateway-messages.js'
import { readPhoneStart } from './phone-start.js'

type Message = Readonly<Record<string, unknown>>

const examples: Readonly<Record<'twilio' | 'signalwire' | 'toTwilio', readonly Message[]>> = JSON.parse(
  readFileSync(new URL('../../../../fixtures/protocols/twilio/media-streams.json', import.meta.url), 'utf8'),
)
const parse = (message: unknown) => phoneCarrierMessageSchema.safeParse(message)
const start = (change: Message) => {
  const [, message] = examples.twilio
  return { ...message, start: { ...(message?.start as Message), ...change } }
}

describe('a message of a carrier', () => {
  it.each(['twilio', 'signalwire'] as const)('of every kind that %s sends is read', carrier => {
    const events = examples[carrier].map(message => phoneCarrierMessageSchema.parse(message).event)
    expect(events).toEqual(['connected', 'start', 'media', 'dtmf', 'mark', 'stop'])
  })

  it('has its numbers read, whether written as text or as numbers', () => {
    const media = { event: 'media', media: { chunk: '7', timestamp: 140, payload: '' } }
    expect(phoneCarrierMessageSchema.parse(media)).toEqual({
      event: 'media',
      media: { track: 'inbound', chunk: 7, timestamp: 140, payload: '' },
    })
  })

  it('names its stream at the top or inside, and one that does neither is refused', () => {
    for (const carrier of ['twilio', 'signalwire'] as const) {
      const message = phoneCarrierMessageSchema.parse(examples[carrier][1])
      expect(message.event === 'start' && phoneStreamOf(message)).toMatch(/^(MZ)?0{8}/)
    }
    const { streamSid: _, ...bare } = start({ streamSid: undefined }) as Message & { streamSid?: string }
    expect(parse(bare).error?.issues[0]?.path).toEqual(['start', 'streamSid'])
  })

  it('of Telnyx has its parameters read, whether written as pairs or as an object', () => {
    const pairs = [
      { name: 'token', value: 't' },
      { name: 'agent', value: 'reception' },
    ]
    for (const custom_parameters of [pairs, { token: 't', agent: 'reception' }]) {
      const message = {
        event: 'start',
        stream_id: 'S1',
        start: { call_control_id: 'v3:1', custom_parameters },
      }
      const parsed = phoneCarrierMessageSchema.parse(message)
      if (parsed.event !== 'start') throw new Error('no start')
      expect(readPhoneStart(parsed, undefined)).toMatchObject({
        token: 't',
        facts: { dialect: 'telnyx', callSid: 'v3:1', parameters: { agent: 'reception' } },
      })
    }
  })

  it.each([
    ['another codec', { mediaFormat: { encoding: 'audio/opus', sampleRate: 8000, channels: 1 } }],
    ['L16 at another rate', { mediaFormat: { encoding: 'audio/x-L16', sampleRate: 44100, channels: 1 } }],
    ['two channels', { mediaFormat: { encoding: 'audio/x-L16', sampleRate: 16000, channels: 2 } }],
    ['a rate that is none', { mediaFormat: { encoding: 'audio/x-L16', sampleRate: 'NaN', channels: 1 } }],
    ['another rate', { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16000, channels: 1 } }],
    ['a parameter that is no text', { customParameters: { token: 5 } }],
  ])('that starts with %s is refused', (_, change) => {
    expect(parse(start(change)).success).toBe(false)
  })

  it.each([
    { event: 'media', media: { chunk: '1', timestamp: '0', payload: 'not base64!' } },
    { event: 'media', media: { chunk: '-1', timestamp: '0', payload: '' } },
    { event: 'media', media: { chunk: '1', timestamp: '1e9', payload: '' } },
    { event: 'dtmf', dtmf: { digit: '12' } },
    { event: 'mark', mark: { name: 'a'.repeat(201) } },
    { event: 'sing' },
    [],
    null,
  ])('that is not valid is refused (%#)', message => {
    expect(parse(message).success).toBe(false)
  })
})

describe('a message to a carrier', () => {
  it('is media, mark or clear, and nothing beside', () => {
    for (const message of examples.toTwilio) expect(phoneGatewayMessageSchema.parse(message)).toEqual(message)
    const [media] = examples.toTwilio
    expect(phoneGatewayMessageSchema.safeParse({ ...media, sequenceNumber: '1' }).success).toBe(false)
    expect(phoneGatewayMessageSchema.safeParse({ event: 'stop', streamSid: 'MZ1' }).success).toBe(false)
  })
})
