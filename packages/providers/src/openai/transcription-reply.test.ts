import { describe, expect, it } from 'vitest'
import { transcriptionReply } from './transcription-reply.js'

async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte)
}

async function read(contentType: string, text: string) {
  const deltas: string[] = []
  const reply = await transcriptionReply('The server', contentType, {
    body: bodyOf(text),
    onDelta: delta => deltas.push(delta),
  })
  return { ...reply, deltas }
}

const events = (...messages: (object | string)[]) =>
  messages
    .map(message => `data: ${typeof message === 'string' ? message : JSON.stringify(message)}\n\n`)
    .join('')
const stream = 'text/event-stream; charset=utf-8'

describe('what servers answer to a file', () => {
  it('reads OpenAI’s JSON', async () => {
    const reply = { text: 'hola', usage: { type: 'duration', seconds: 2 } }
    expect(await read('application/json', JSON.stringify(reply))).toEqual({
      text: 'hola',
      seconds: 2,
      deltas: [],
    })
  })

  it('finds words at the top or inside of segments', async () => {
    const words = [{ word: ' hola', start: 0.5, end: 1, probability: 0.9 }]
    const expected = [{ text: 'hola', start: 0.5, end: 1 }]
    expect((await read('application/json', JSON.stringify({ text: 'hola', words }))).words).toEqual(expected)
    const segments = [{ text: 'hola', words }, { text: '' }]
    expect((await read('application/json', JSON.stringify({ text: 'hola', segments }))).words).toEqual(
      expected,
    )
  })

  it('reads plain text', async () => {
    expect((await read('text/plain', 'hola\n')).text).toBe('hola\n')
  })

  it('streams OpenAI’s events and does not wait behind the last', async () => {
    const body = events(
      { type: 'transcript.text.delta', delta: 'ho' },
      { type: 'transcript.text.delta', delta: 'la' },
      { type: 'transcript.text.done', text: 'hola.', logprobs: [{ logprob: 0 }] },
    )
    expect(await read(stream, body)).toEqual({ text: 'hola.', confidence: 1, deltas: ['ho', 'la'] })
  })

  it('streams chunks of vLLM, with or without their mark of the end', async () => {
    const chunk = (content: string, finish_reason: string | null = null) => ({
      object: 'transcription.chunk',
      choices: [{ delta: { content }, finish_reason }],
    })
    const chunks = events(chunk('ho'), chunk('la', 'stop'), { choices: [], usage: {} })
    expect(await read(stream, chunks + events('[DONE]'))).toEqual({ text: 'hola', deltas: ['ho', 'la'] })
    expect((await read(stream, chunks)).text).toBe('hola')
  })

  it('streams the bare segments of older servers', async () => {
    expect((await read(stream, events({ text: 'uno' }, { text: ' dos' }))).text).toBe('uno dos')
  })

  it.each([
    [stream, events({ type: 'transcript.text.delta', delta: 'ho' }), 'provider_failed', 'broke off'],
    [stream, events('}{'), 'provider_failed', 'not of its protocol'],
    [
      stream,
      events({ error: { code: 'rate_limit_exceeded', message: 'Slow.' } }),
      'provider_limited',
      'Slow.',
    ],
    [
      stream,
      events({ error: { code: 503, message: 'Loading model' } }),
      'provider_overloaded',
      'Loading model',
    ],
    [stream, events({ detail: 'CUDA is gone' }), 'provider_failed', 'CUDA is gone'],
    ['application/json', '{"words":[]}', 'provider_failed', 'not of its protocol'],
    ['application/json', '<html>', 'provider_failed', 'not of its protocol'],
  ])('fails for %s with %j', async (type, body, code, words) => {
    await expect(read(type, body)).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  })
})
