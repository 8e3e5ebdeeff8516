import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PeerStage } from './realtime-peer.test-kit.js'

const types = [
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'conversation.item.delete',
  'response.create',
  'response.cancel',
  'output_audio_buffer.clear',
]

const ids = fc.constantFrom('item_a', 'item_b', 'root', '', 'nobody')
const part = fc.record(
  {
    type: fc.constantFrom('input_text', 'output_text', 'input_audio', 'input_image', 'text'),
    text: fc.string(),
    transcript: fc.option(fc.string()),
    audio: fc.string(),
  },
  { requiredKeys: ['type'] },
)
const item = fc.record(
  {
    type: fc.constantFrom('message', 'function_call', 'function_call_output', 'mcp_call'),
    id: ids,
    role: fc.constantFrom('user', 'assistant', 'system', 'tool'),
    content: fc.oneof(fc.array(part), fc.string()),
    name: fc.string(),
    arguments: fc.string(),
    call_id: fc.string(),
    output: fc.oneof(fc.string(), fc.integer()),
  },
  { requiredKeys: ['type'] },
)
const session = fc.record(
  {
    type: fc.constantFrom('realtime', 'transcription'),
    instructions: fc.oneof(fc.string(), fc.integer()),
    output_modalities: fc.oneof(fc.constant(['text']), fc.constant(['audio']), fc.anything()),
    tools: fc.array(
      fc.oneof(fc.record({ type: fc.constant('function'), name: fc.string() }), fc.jsonValue()),
    ),
    audio: fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          input: fc.record(
            {
              format: fc.constantFrom({ type: 'audio/pcmu' }, { type: 'audio/pcm' }, { type: 'opus' }),
              turn_detection: fc.constantFrom(null, { type: 'server_vad' }, { type: 'semantic_vad' }, {}),
            },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['type'] },
)
const response = fc.record(
  {
    conversation: fc.constantFrom('auto', 'none'),
    input: fc.array(
      fc.oneof(item, fc.record({ type: fc.constant('item_reference'), id: ids }), fc.jsonValue()),
    ),
    metadata: fc.dictionary(fc.string(), fc.string()),
    max_output_tokens: fc.oneof(fc.integer(), fc.constant('inf')),
  },
  { requiredKeys: [] },
)
/** Nothing of it is right for sure, and much of it nearly is. */
const event = fc.oneof(
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 8,
    arbitrary: fc
      .record(
        {
          type: fc.constantFrom(...types),
          event_id: fc.oneof(fc.string(), fc.integer()),
          session: fc.oneof(session, fc.jsonValue()),
          audio: fc.oneof(fc.base64String(), fc.string(), fc.jsonValue()),
          item: fc.oneof(item, fc.jsonValue()),
          item_id: fc.oneof(ids, fc.jsonValue()),
          previous_item_id: fc.oneof(ids, fc.jsonValue()),
          content_index: fc.oneof(fc.constant(0), fc.jsonValue()),
          audio_end_ms: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
          response: fc.oneof(response, fc.jsonValue()),
          response_id: fc.oneof(fc.string(), fc.jsonValue()),
        },
        { requiredKeys: ['type'] },
      )
      .map(each => JSON.stringify(each)),
  },
)

describe('events of any client', () => {
  it('may name an item by anything', async () => {
    const stage = await new PeerStage().open()
    for (const type of ['retrieve', 'delete', 'truncate'])
      stage.send(JSON.stringify({ type: `conversation.item.${type}`, item_id: { toString: false } }))
    expect(stage.closings).toEqual([])
  })

  it('are answered by the schema, close nothing, and leave the session usable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async events => {
        const stage = await new PeerStage().open()
        for (const text of events) {
          stage.send(text)
          await stage.clock.advance(1)
        }
        await stage.clock.advance(100)
        expect(stage.closings).toEqual([])
        const settings = { type: 'realtime', instructions: 'still there' }
        stage.send({ type: 'session.update', session: settings })
        expect(stage.last('session.updated')?.session.instructions).toBe('still there')
        expect(stage.faults).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})
