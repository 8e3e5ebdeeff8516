import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callsOf, textOf, usageOf } from '../conformance/text-rig.test-kit.js'
import { messagesReader } from './messages-reader.js'

function readAll(events: readonly object[]) {
  const reader = messagesReader(() => 'made')
  const parts = events.flatMap(event => [...reader.read({ event: 'message', data: JSON.stringify(event) })])
  return reader.done ? parts : [...parts, ...reader.end()]
}

const start = { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } }
const text = (words: string, index = 0) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'text_delta', text: words },
})
const opened = (index: number) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id: `toolu_${index}`, name: 'f', input: {} },
})
const json = (piece: string, index: number) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json: piece },
})
const shut = (index: number) => ({ type: 'content_block_stop', index })
const stop = (stop_reason: string, more: object = {}) => ({
  type: 'message_delta',
  delta: { stop_reason, ...more },
  usage: { output_tokens: 9 },
})
const end = { type: 'message_stop' }

describe('the reader of messages', () => {
  it('joins the pieces of a call however they are split, between pings', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.nat(60)), (given, cuts) => {
        const whole = JSON.stringify(given)
        const at = [0, ...cuts.map(cut => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length]
        const pieces = at.slice(1).map((to, index) => whole.slice(at[index], to))
        const parts = readAll([
          start,
          opened(1),
          ...pieces.flatMap(piece => [{ type: 'ping' }, json(piece, 1)]),
          shut(1),
          stop('tool_use'),
          end,
        ])
        expect(callsOf(parts)).toEqual([{ id: 'toolu_1', name: 'f', arguments: JSON.parse(whole) }])
      }),
    )
  })

  it('gives what the model wrote where it is no JSON, unless the limit of tokens cut it', () => {
    const call = [start, opened(0), json('{"at": 8 pm', 0), shut(0)]
    expect(callsOf(readAll([...call, stop('tool_use'), end]))).toMatchObject([{ arguments: '{"at": 8 pm' }])
    expect(callsOf(readAll([start, text('Well', 1), ...call.slice(1), stop('max_tokens'), end]))).toEqual([])
  })

  it('takes empty input for an object without fields', () => {
    expect(callsOf(readAll([start, opened(0), json('', 0), shut(0), stop('tool_use'), end]))).toMatchObject([
      { arguments: {} },
    ])
    expect(callsOf(readAll([start, opened(0), shut(0), stop('tool_use'), end]))).toMatchObject([
      { arguments: {} },
    ])
  })

  it('gives neither thoughts nor signatures nor what it does not know', () => {
    const parts = readAll([
      start,
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: 'secret' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'secret' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'x' } },
      shut(0),
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'hologram_delta', text: 'secret' } },
      { type: 'of_tomorrow', text: 'secret' },
      text('Hi', 1),
      shut(1),
      stop('end_turn'),
      end,
    ])
    expect(parts.filter(({ kind }) => kind !== 'usage')).toEqual([{ kind: 'text', text: 'Hi' }])
  })

  it('counts all input, the cached apart, and the output as it grows', () => {
    const usage = {
      input_tokens: 5,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 100,
      output_tokens: 1,
    }
    const parts = readAll([{ type: 'message_start', message: { usage } }, text('Hi'), stop('end_turn'), end])
    expect(parts[0]).toMatchObject({ kind: 'usage', outputTokens: 1 })
    expect(usageOf(parts)).toEqual({ kind: 'usage', inputTokens: 115, outputTokens: 9, cachedTokens: 100 })
  })

  it('lets an answer stand that reached its limit, but runs no call that it cut', () => {
    const parts = readAll([
      start,
      text('Half an'),
      opened(1),
      json('{"a":', 1),
      shut(1),
      stop('max_tokens'),
      end,
    ])
    expect(textOf(parts)).toBe('Half an')
    expect(callsOf(parts)).toEqual([])
    expect(() => readAll([start, stop('max_tokens'), end])).toThrow(/before the first word/)
    const cutAlone = [start, opened(0), json('{"a', 0), shut(0), stop('max_tokens'), end]
    expect(() => readAll(cutAlone)).toThrow(/before the first word/)
  })

  it('fails where the model refuses, with the reason', () => {
    const refused = stop('refusal', { stop_details: { type: 'refusal', category: 'bio' } })
    const error = { code: 'provider_rejected', message: expect.stringContaining('bio') }
    expect(() => readAll([start, text('Well'), refused])).toThrow(expect.objectContaining(error))
  })

  it('fails where the stream does, by the name of its error, in either envelope', () => {
    const failing = (type: string, more: object = {}) => {
      try {
        readAll([start, text('Hi'), { type: 'error', error: { type, message: 'No.' }, ...more }])
      } catch (thrown) {
        const { code, retryable } = thrown as { code: string; retryable: boolean }
        return [code, retryable]
      }
      return undefined
    }
    expect(failing('overloaded_error', { request_id: 'req_1' })).toEqual(['provider_overloaded', true])
    expect(failing('rate_limit_error')).toEqual(['provider_limited', true])
    expect(failing('billing_error')).toEqual(['provider_quota', false])
    expect(failing('authentication_error')).toEqual(['provider_refused', false])
    expect(failing('request_too_large')).toEqual(['provider_rejected', false])
    expect(failing('api_error')).toEqual(['provider_failed', true])
  })

  it('fails where the stream just ends, but not for want of its last event', () => {
    expect(() => readAll([start, text('Hi')])).toThrow(/broke off/)
    expect(textOf(readAll([start, text('Hi'), stop('end_turn')]))).toBe('Hi')
  })
})
