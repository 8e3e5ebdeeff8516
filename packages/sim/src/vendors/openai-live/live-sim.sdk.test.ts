import { afterEach, describe, expect, it } from 'vitest'
import { codedBrains } from '../coded-brains.js'
import type { SimBrains } from '../sim-brains.js'
import { type LiveClient, liveClient, strictClientEvent, strictServerEvent } from './live-client.test-kit.js'
import type { LiveSimOptions } from './live-sim.js'

let client: LiveClient
afterEach(async () => {
  for (const { message } of client.sim.sent)
    expect(strictServerEvent(message), JSON.stringify(message)).toBe('')
  await client.close()
})

const session = { model: 'gpt-live-1', instructions: 'be brief' }

async function started(options: Partial<LiveSimOptions> = {}): Promise<void> {
  client = await liveClient(options)
  client.send({ type: 'session.start', event_id: 'c1', session })
  await client.next('session.started')
}

/** Hands over what is asked, and repeats the rest. */
const delegating: SimBrains = codedBrains({
  *think({ messages }) {
    const said = messages.at(-1)?.text ?? ''
    if (said.includes('refund')) yield { kind: 'tool-call', name: 'delegate', arguments: '{}' }
    else yield { kind: 'text', text: said }
  },
})

describe('simulated OpenAI Live, with the vendor’s SDK', () => {
  it('is silent until the session is started, and then says until when it stands', async () => {
    client = await liveClient()
    client.send({ type: 'session.start', event_id: 'c1', session })
    const event = await client.next('session.started')
    expect(event).toMatchObject({
      client_event_id: 'c1',
      session: { ...session, status: 'active', expires_at: 3_600 },
    })
    expect(client.events).toHaveLength(1)
  })

  it('hears a turn and answers it at the pace of speech', async () => {
    await started()
    client.say('hello there, my friend')
    const heard = await client.next('session.input_transcript.delta')
    expect(heard).toMatchObject({ delta: ' hello' })
    expect(heard.end_ms - heard.start_ms).toBe(100)
    expect(await client.next('session.output_audio.delta')).not.toHaveProperty('event_id')
    await client.until(() => client.soundText() === 'hello there, my friend')
    const said = client.events.filter(event => event.type === 'session.output_transcript.delta')
    expect(said.map(({ delta }) => delta)).toEqual(['hello', ' there,', ' my', ' friend'])
    // The first clause lasts 300 ms, and the second does not begin before.
    expect((said[2]?.start_ms ?? 0) - (said[0]?.start_ms ?? 0)).toBeGreaterThanOrEqual(300)
    expect(client.sim.complaints).toEqual([])
  })

  it('stops when it is talked over, and not for a hum', async () => {
    await started()
    client.say('one two three four five six seven eight nine ten')
    await client.next('session.output_audio.delta')
    client.say('mhm')
    await client.next('session.input_transcript.delta', ({ delta }) => delta === ' mhm')
    await client.until(() => client.soundText().includes('five'))
    client.say('please wait a little moment')
    await client.next('session.input_transcript.delta', ({ delta }) => delta === ' moment')
    await client.until(() => client.soundText().endsWith('moment'))
    expect(client.soundText()).not.toContain('ten')
    expect(client.soundText()).not.toContain('mhm')
  })

  it('hands a question over without its words, and speaks the answer', async () => {
    await started({ brains: delegating })
    client.say('a refund please')
    const { delegation } = await client.next('session.delegation.created')
    expect(delegation).toMatchObject({ type: 'delegation', target: 'client' })
    const about = { delegation_id: delegation.id }
    client.send({ type: 'session.thinking.append', event_id: 'c2', content: 'looking', ...about })
    await client.next('session.thinking.appended', event => event.client_event_id === 'c2')
    client.send({ type: 'session.commentary.append', event_id: 'c3', content: 'yes, by Monday', ...about })
    await client.next('session.commentary.appended', event => event.client_event_id === 'c3')
    await client.until(() => client.soundText() === 'yes, by Monday')
    expect(client.sim.complaints).toEqual([])
  })

  it('acknowledges nothing before sound has come', async () => {
    await started()
    client.send({ type: 'session.instructions.append', content: 'be kind', delegation_id: null })
    await client.clock.advance(5_000)
    expect(client.events.map(({ type }) => type)).toEqual(['session.started'])
    client.say('')
    await client.next('session.instructions.appended')
  })

  it('takes sound while it is muted for silence', async () => {
    await started()
    client.send({ type: 'session.input_audio.mute', event_id: 'm' })
    expect(await client.next('session.input_audio.muted')).toMatchObject({ client_event_id: 'm' })
    client.say('hello there')
    client.send({ type: 'session.input_audio.unmute' })
    await client.next('session.input_audio.unmuted')
    client.say('again')
    expect(await client.next('session.input_transcript.delta')).toMatchObject({ delta: ' again' })
  })

  it('tells its use every 15 s and ends when it expires', async () => {
    await started({ liveSessionMs: 40_000 })
    await client.next('session.usage.updated')
    const second = await client.next('session.usage.updated')
    expect(second.usage.seconds).toBe(30)
    expect(await client.next('session.closed')).toMatchObject({ reason: 'expired', usage: { seconds: 40 } })
    await client.until(() => client.closed() !== undefined)
  })

  it('closes when asked', async () => {
    await started()
    client.send({ type: 'session.close', event_id: 'bye' })
    expect(await client.next('session.closed')).toMatchObject({
      reason: 'close_requested',
      client_event_id: 'bye',
    })
  })

  it.each([
    ['an event before the start', { type: 'session.close' }, 'session_not_started', undefined],
    [
      'a field it does not know',
      { type: 'session.start', session: { ...session, tools: [] } },
      'unknown_parameter',
      'session.tools',
    ],
    [
      'a rate it does not speak',
      {
        type: 'session.start',
        session: { ...session, audio: { format: { type: 'audio/pcm', rate: 8_000 } } },
      },
      'invalid_value',
      'session.audio.format',
    ],
  ])('refuses %s', async (_, event, code, param) => {
    client = await liveClient()
    client.send({ event_id: 'c9', ...event } as never)
    const { error } = await client.next('error')
    expect(error).toMatchObject({ code, client_event_id: 'c9', ...(param === undefined ? {} : { param }) })
  })

  it.each([
    [
      'an event it does not know',
      { type: 'response.cancel' },
      /Supported values are: session\.input_audio\.append/,
    ],
    ['an item without its delegation', { type: 'response.item.create' }, /delegates to its client/],
    [
      'a change of instructions',
      { type: 'session.update', session: { instructions: 'x' } },
      /session\.instructions/,
    ],
    [
      'context without a delegation field',
      { type: 'session.thinking.append', content: 'x' },
      /delegation_id/,
    ],
    [
      'context for a delegation that is none',
      { type: 'session.thinking.append', content: 'x', delegation_id: 'd' },
      /no delegation/,
    ],
    [
      'too long a context',
      { type: 'session.commentary.append', content: 'x'.repeat(2_001), delegation_id: null },
      /500 tokens/,
    ],
    ['sound that is none', { type: 'session.input_audio.append', audio: '!' }, /base64/],
  ])('refuses %s and goes on', async (_, event, message) => {
    await started()
    client.send(event as never)
    expect((await client.next('error')).error.message).toMatch(message)
    expect(client.sim.complaints).toHaveLength(1)
    client.say('ok then')
    await client.next('session.output_audio.delta')
  })

  it('lets faults strike in its speech', async () => {
    await started()
    client.sim.behave({ fault: { kind: 'limited', stage: 'middle', times: 1 } })
    client.say('hello there')
    expect((await client.next('error')).error.code).toBe('rate_limit_exceeded')
    client.sim.behave({ fault: { kind: 'drop', stage: 'middle', times: 1 } })
    client.say('hello there')
    await client.until(() => client.closed() !== undefined)
    expect(client.closed()).toBe(1006)
  })

  it('lets some sound stray after it was silenced, if told to', async () => {
    await started({ strayDeltas: 2 })
    client.say('one two three four five six seven eight nine ten')
    await client.next('session.output_audio.delta')
    const before = client.events.filter(({ type }) => type === 'session.output_audio.delta').length
    client.say('please wait a little moment', 0)
    await client.clock.advance(500)
    await client.until(
      () => client.events.filter(({ type }) => type === 'session.output_audio.delta').length >= before + 2,
    )
  })

  it('is sent what the vendor’s schema allows', async () => {
    await started({ brains: delegating })
    client.say('a refund please')
    await client.next('session.delegation.created')
    for (const { message } of client.sim.received) expect(strictClientEvent(message)).toBe('')
  })
})
