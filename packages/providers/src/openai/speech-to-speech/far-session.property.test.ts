import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Event, greet, scriptedServer } from '../scripted-realtime.test-kit.js'
import { farRig } from './far-rig.test-kit.js'
import { openaiRealtime } from './far-slot.js'

const types = [
  ...['session.created', 'session.updated', 'conversation.item.added', 'rate_limits.updated', 'error'],
  ...['committed', 'speech_started', 'speech_stopped'].map(name => `input_audio_buffer.${name}`),
  ...['delta', 'completed', 'failed'].map(name => `conversation.item.input_audio_transcription.${name}`),
  ...[
    'created',
    'done',
    'output_item.added',
    'output_item.done',
    'output_text.delta',
    'output_text.done',
  ].map(name => `response.${name}`),
  ...['output_audio.delta', 'output_audio.done', 'output_audio_transcript.delta'].map(
    name => `response.${name}`,
  ),
  'response.output_audio_transcript.done',
]
const ids = fc.constantFrom('r-1', 'r-2', 'r-3', 'i-1', 'i-2', '')
const asks = fc.constantFrom('a-1', 'a-2', 'a-3', 'a-4', 'x')
const code = fc.constantFrom(
  'conversation_already_has_active_response',
  'rate_limit_exceeded',
  'odd',
  'server_error',
)
const status = fc.constantFrom('completed', 'cancelled', 'failed', 'incomplete', 'in_progress', 'odd')
const odd = fc.jsonValue({ maxDepth: 2 })
const maybe = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: odd })

/** Events that are right in part, or not at all. */
const event = fc.record(
  {
    type: fc.constantFrom(...types),
    response_id: maybe(ids),
    item_id: maybe(ids),
    delta: maybe(fc.base64String({ maxLength: 12 })),
    transcript: maybe(fc.string({ maxLength: 5 })),
    audio_start_ms: maybe(fc.nat(2_000)),
    audio_end_ms: maybe(fc.nat(2_000)),
    rate_limits: odd,
    session: odd,
    item: maybe(
      fc.record({ id: ids, type: fc.constant('function_call'), name: maybe(ids), status: maybe(status) }),
    ),
    error: maybe(fc.record({ code, event_id: asks.map(ask => `respond.${ask}`) })),
    response: maybe(
      fc.record(
        {
          id: maybe(ids),
          status: maybe(status),
          metadata: maybe(fc.record({ ask: maybe(asks) })),
          usage: odd,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['type'] },
)

const step = fc.oneof(
  { weight: 8, arbitrary: event.map(told => ({ do: 'tell', told }) as const) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('respond' as const), ask: asks, beside: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), ask: asks }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(9_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('turn' as const), ms: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), item: ids, ms: fc.double() }) },
)

describe('a far conversation with a vendor gone mad', () => {
  it('never throws, ends each answer once, and answers each turn at most once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const server = scriptedServer()
        const options = { model: 'm-1', transcription: { model: 't-1' } }
        const far = farRig(openaiRealtime.create(options, server.context), { clock: server.clock })
        const socket = await greet(server)
        const asked = new Set<string>()
        let turns = 0
        for (const one of steps) {
          if (one.do === 'tell') socket.say(one.told as Event)
          else if (one.do === 'wait') await server.clock.advance(one.ms)
          else if (one.do === 'cancel') far.session.cancel(one.ask)
          else if (one.do === 'cut') far.session.truncate(one.item, one.ms)
          else if (one.do === 'turn') {
            if (far.of('lost').length === 0) turns++
            far.silence(one.ms)
            far.session.commit()
          } else if (!asked.has(one.ask) && far.of('lost').length === 0) {
            asked.add(one.ask)
            far.session.respond({ id: one.ask, ...(one.beside ? { beside: true } : {}) })
          }
        }
        socket.options.onLost(new ParleyError('provider_failed'))
        await server.clock.advance(60_000)
        const ends = far.of('response-done').map(({ ask }) => ask)
        expect(ends.toSorted()).toEqual([...asked].toSorted())
        for (const [at, { kind, ...rest }] of far.events.entries())
          if ('ask' in rest && kind !== 'response-done') {
            const end = far.events.findIndex(each => each.kind === 'response-done' && each.ask === rest.ask)
            expect(at).toBeLessThan(end)
          }
        expect(far.of('lost')).toHaveLength(1)
        expect(far.events.at(-1)?.kind).toBe('lost')
        expect(far.of('commit-empty').length).toBeLessThanOrEqual(turns)
        expect(server.clock.pending).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
