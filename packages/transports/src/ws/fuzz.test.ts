import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stage, startStage } from './harness.test.support.js'

let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})

afterAll(() => stage.close())

const types = ['hello', 'ping', 'text', 'interrupt', 'commit', 'played', '__proto__', 'sing']
const jsonText = fc.oneof(
  fc.json(),
  fc
    .record({
      type: fc.constantFrom(...types),
      id: fc.anything(),
      text: fc.anything(),
      reply: fc.string(),
      ms: fc.double(),
    })
    .map(value => {
      try {
        return JSON.stringify(value)
      } catch {
        return '{}'
      }
    }),
  fc.string(),
)
const anything = fc.oneof(
  jsonText,
  fc.uint8Array({ maxLength: 4_000 }).map(bytes => Buffer.from(bytes)),
)

async function conversation(inputs: readonly (string | Buffer)[], codec: 'pcm16' | 'opus'): Promise<void> {
  const { client, session } = await stage.talk({ input: { codec, sampleRate: 16_000 } })
  for (const input of inputs) {
    client.send(input)
    // The good message in between is what keeps a session alive: at most one in a row is bad.
    await client.settle()
  }
  client.send({ type: 'text', text: 'alive' })
  await client.settle()
  expect(session.calls).toContain('text alive')
  expect(session.calls.filter(call => call.startsWith('closed'))).toEqual([])
  client.socket.terminate()
  await session.closed
}

describe('whatever a client sends', () => {
  it.each(['pcm16', 'opus'] as const)(
    'as text or %s, no session ends before three bad messages in a row',
    async codec => {
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { maxLength: 12 }), inputs => conversation(inputs, codec)),
        { numRuns: 60 },
      )
      expect(stage.log.filter(({ message }) => message.includes('internal fault'))).toEqual([])
    },
  )

  it('first, it gets an error or a ready and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async first => {
        const client = await stage.connect()
        client.send(first)
        const { code } = await client.closed
        expect(code).toBe(4400)
        expect(client.messages).toMatchObject([{ type: 'error', fatal: true }])
      }),
      { numRuns: 100 },
    )
    expect(stage.log.filter(({ message }) => message.includes('internal fault'))).toEqual([])
  })
})
