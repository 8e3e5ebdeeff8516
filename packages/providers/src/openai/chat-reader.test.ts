import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callsOf, textOf } from '../conformance/text-rig.test-kit.js'
import { chatReader } from './chat-reader.js'

function readAll(chunks: readonly (object | string)[]) {
  let ids = 0
  const reader = chatReader({ vendor: 'Server', newId: () => `${++ids}` })
  const parts = chunks.flatMap(chunk => [
    ...reader.read({ event: 'message', data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }),
  ])
  return { parts: reader.done ? parts : [...parts, ...reader.end()], done: reader.done }
}

const delta = (fields: object) => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] })
const finish = (reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const call = (fields: object) => delta({ tool_calls: [fields] })

describe('the reader of chat completions', () => {
  it('joins fragments of calls however they are split', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(value, fc.array(fc.nat(60)), (given, cuts) => {
        const text = JSON.stringify(given)
        const at = [0, ...cuts.map(cut => cut % (text.length + 1)).sort((a, b) => a - b), text.length]
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        const { parts } = readAll([
          call({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
          ...pieces.map(piece => call({ index: 0, function: { arguments: piece } })),
          finish('tool_calls'),
          '[DONE]',
        ])
        expect(callsOf(parts)).toEqual([{ id: 'a', name: 'f', arguments: JSON.parse(text) }])
      }),
    )
  })

  it('keeps whole calls apart that have the same index, and names those without a name', () => {
    const { parts } = readAll([
      call({ index: 0, function: { name: 'f', arguments: '{"a":1}' } }),
      call({ index: 0, function: { name: 'f', arguments: { b: 2 } } }),
      call({ id: 'own', function: { name: 'g', arguments: '' } }),
      finish('stop'),
    ])
    expect(callsOf(parts)).toEqual([
      { id: 'call_1', name: 'f', arguments: { a: 1 } },
      { id: 'call_2', name: 'f', arguments: { b: 2 } },
      { id: 'own', name: 'g', arguments: {} },
    ])
  })

  it('gives no thoughts, in whichever field they are', () => {
    const { parts } = readAll([
      delta({ reasoning: 'secret', content: '' }),
      delta({ reasoning_content: 'secret', content: null }),
      delta({ content: 'Hi' }),
      finish('stop'),
      '[DONE]',
    ])
    expect(parts).toEqual([{ kind: 'text', text: 'Hi' }])
  })

  it('takes an end without usage and without a mark, but not one without a reason', () => {
    expect(textOf(readAll([delta({ content: 'Hi' }), finish('stop')]).parts)).toBe('Hi')
    const broken = { code: 'provider_failed', retryable: true }
    expect(() => readAll([delta({ content: 'Hi' })])).toThrow(expect.objectContaining(broken))
    expect(() => readAll([delta({ content: 'Hi' }), '[DONE]'])).toThrow(expect.objectContaining(broken))
  })

  it('runs no call that the limit of tokens cut', () => {
    const { parts } = readAll([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }),
      call({ index: 1, id: 'b', function: { name: 'f', arguments: '{"a":' } }),
      finish('length'),
    ])
    expect(callsOf(parts)).toMatchObject([{ id: 'a' }])
  })

  it('says so when nothing could be said', () => {
    expect(() => readAll([finish('length')])).toThrow(/allow more/)
    expect(() => readAll([finish('content_filter')])).toThrow(/content filter/)
  })

  it('speaks a refusal in words, and counts what was read from the cache', () => {
    const { parts } = readAll([
      delta({ refusal: 'I cannot.' }),
      finish('stop'),
      {
        choices: [],
        usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 8 } },
      },
      '[DONE]',
    ])
    expect(parts).toEqual([
      { kind: 'text', text: 'I cannot.' },
      { kind: 'usage', inputTokens: 9, outputTokens: 2, cachedTokens: 8 },
    ])
  })

  it('knows errors in the middle of a stream by name or by number', () => {
    const codeOf = (error: unknown) => {
      try {
        readAll([delta({ content: 'Hi' }), { error } as object])
      } catch (thrown) {
        return (thrown as { code: string }).code
      }
      return undefined
    }
    expect(codeOf({ message: 'x', type: 'requests', code: 'rate_limit_exceeded' })).toBe('provider_limited')
    expect(codeOf({ message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' })).toBe(
      'provider_quota',
    )
    expect(codeOf({ message: 'x', code: 503 })).toBe('provider_overloaded')
    expect(codeOf({ message: 'x', type: 'invalid_request_error', code: 'model_not_found' })).toBe(
      'provider_rejected',
    )
    expect(codeOf('something')).toBe('provider_failed')
  })
})
