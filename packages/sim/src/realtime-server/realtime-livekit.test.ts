import { afterEach, describe, expect, it } from 'vitest'
import { ClientStage, type ClientStageOptions } from './client-stage.test-kit.js'
import { LiveKitClient, type LiveKitItem, type LiveKitOptions } from './livekit-client.test-kit.js'

let stage: ClientStage
let client: LiveKitClient
afterEach(async () => {
  await stage.close()
  expect(stage.faults).toEqual([])
  expect(client.broken).toEqual([])
  expect(client.errors).toEqual([])
})

function open(options: ClientStageOptions = {}, livekit: LiveKitOptions = {}): void {
  stage = new ClientStage(options)
  client = new LiveKitClient(stage, livekit)
}

const message = (id: string, role: string, text: string): LiveKitItem => ({
  id,
  type: 'message',
  role,
  texts: [text],
})
const done = (count: number) => () => stage.ofType('response.done').length >= count
const statuses = () => stage.ofType('response.done').map(({ response }) => response.status)
const quiet = () => client.playing === undefined
const weather = {
  type: 'function',
  name: 'weather',
  description: '',
  parameters: { type: 'object', properties: {}, required: [] },
}
const story =
  'a story as long as the river that runs down from the hills through the old town and on to the sea'

describe('LiveKit’s plugin', () => {
  it('sends its settings with nulls, changes them piece by piece, and holds a turn of sound', async () => {
    open({ think: ({ text, wishes }) => `${wishes?.instructions} ${text}` }, { instructions: 'be kind' })
    client.updateTools([weather])
    client.updateInstructions('be brief')
    client.updateOptions({
      tool_choice: 'none',
      audio: { output: {}, input: { turn_detection: { type: 'server_vad' } } },
    })
    await stage.listen(300, client.hear)
    stage.say('good morning')
    await stage.listenUntil(done(1), client.hear)
    await stage.listen(2_000, client.hear)
    expect(stage.ofType('session.updated')).toHaveLength(4)
    expect(client.chat.map(({ role, texts }) => [role, ...texts])).toEqual([
      ['user', 'good morning'],
      ['assistant', 'be brief good morning '],
    ])
  })

  it('asks for answers with and without instructions, and knows them again', async () => {
    open({ think: ({ wishes }) => wishes?.instructions ?? 'as ever' })
    const first = client.generateReply()
    await stage.listenUntil(done(1), client.hear)
    await first
    await stage.listenUntil(quiet, client.hear)
    const second = client.generateReply('say hello')
    await stage.listenUntil(done(2), client.hear)
    await second
    expect(client.answered).toHaveLength(2)
    expect(client.chat.map(({ texts }) => texts[0])).toEqual(['as ever ', 'say hello '])
  })

  it('asks for an answer while the last one still plays', async () => {
    open({ think: ({ wishes }) => wishes?.instructions ?? story })
    await Promise.all([client.generateReply(), stage.listenUntil(done(1), client.hear)])
    expect(client.playing).toBeDefined()
    const next = client.generateReply('more')
    await Promise.all([next, stage.listenUntil(done(2), client.hear)])
    expect(statuses()).toEqual(['completed', 'completed'])
  })

  it('makes the conversation what it wants, first, last and between', async () => {
    open()
    const items = [
      message('item_a', 'system', 'the shop is closed'),
      message('item_b', 'user', 'is it open'),
      message('item_c', 'assistant', 'no'),
    ]
    const change = async (wanted: readonly LiveKitItem[]) => {
      await Promise.all([client.updateChat(wanted), stage.listen(400, client.hear)])
      expect(client.chat.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id))
    }
    await change(items)
    await change([message('item_0', 'user', 'hello'), ...items])
    await change([
      ...items.slice(0, 2),
      message('item_d', 'assistant', 'yes'),
      message('item_e', 'user', 'why'),
    ])
    await Promise.all([client.generateReply(), stage.listenUntil(done(1), client.hear)])
    expect(stage.history()).toEqual([
      'system: the shop is closed',
      'user: is it open',
      'agent: yes',
      'user: why',
    ])
  })

  it('puts in while the caller speaks what the answer is to know', async () => {
    open()
    await stage.listen(300, client.hear)
    stage.say('what is the word of the day')
    await stage.listen(300, client.hear)
    const wanted = [message('item_a', 'system', 'the word is swordfish')]
    await Promise.all([client.updateChat(wanted), stage.listenUntil(done(1), client.hear)])
    expect(stage.turns.at(-1)?.text).toBe('what is the word of the day')
    expect(stage.history()).toEqual(['system: the word is swordfish'])
    expect(client.chat.map(({ role }) => role)).toEqual(['system', 'user', 'assistant'])
  })

  it('changes an item by deleting it and making it again under its name', async () => {
    open()
    await Promise.all([client.updateChat([message('item_a', 'user', 'one')]), stage.listen(400, client.hear)])
    await Promise.all([client.updateChat([]), stage.listen(400, client.hear)])
    await Promise.all([client.updateChat([message('item_a', 'user', 'two')]), stage.listen(400, client.hear)])
    await Promise.all([client.generateReply(), stage.listenUntil(done(1), client.hear)])
    expect(stage.history()).toEqual(['user: two'])
  })

  it('is interrupted by our ear, cancels what is cancelled, and truncates at what it played', async () => {
    open({ think: ({ text }) => (text === 'wait' ? 'yes' : story) })
    await stage.listen(300, client.hear)
    stage.say('tell me a story please')
    await stage.listenUntil(() => client.playing !== undefined, client.hear)
    await stage.listen(800, client.hear)
    stage.say('wait')
    await stage.listenUntil(done(2), client.hear)
    const [cutMs = 0] = client.cuts.slice(-1)
    const ended = stage.told.find(event => event.kind === 'reply-ended' && event.interrupted)
    expect(ended).toMatchObject({ heard: { ms: cutMs, source: 'reported' } })
    expect(stage.history().find(text => text.startsWith('agent: a story'))).not.toContain('sea')
  })

  it('cancels an answer in the making, truncates it at nothing, and takes it out', async () => {
    open({
      paceMs: 200,
      think: ({ wishes }) => wishes?.instructions ?? 'uninterrupted understanding undoubtedly unfolds',
    })
    const asked = client.generateReply()
    await stage.listenUntil(() => client.playing !== undefined, client.hear)
    await asked
    const itemId = client.playing ?? ''
    client.interrupt()
    client.truncate(itemId, 0)
    await stage.listen(400, client.hear)
    expect(statuses()).toEqual(['cancelled'])
    await Promise.all([client.updateChat([]), stage.listen(400, client.hear)])
    await Promise.all([client.generateReply('again'), stage.listenUntil(done(2), client.hear)])
    expect(stage.history().filter(text => text.startsWith('agent'))).toEqual([])
    expect(statuses()).toEqual(['cancelled', 'completed'])
  })

  it('gives what a tool gave as an item behind the call, waits for it, and asks to go on', async () => {
    open({
      think: ({ history }) =>
        JSON.stringify(history).includes('grey') ? 'grey' : ['i look', { name: 'weather', arguments: {} }],
    })
    client.updateTools([weather])
    await stage.listen(300, client.hear)
    stage.say('how is the weather')
    await stage.listenUntil(done(1), client.hear)
    const [call] = client.calls
    expect(call?.name).toBe('weather')
    const output = { call_id: call?.call_id, output: 'grey' }
    const given = { id: 'item_out', type: 'function_call_output', texts: [], call: output }
    await stage.listen(2_000, client.hear)
    await Promise.all([client.updateChat([...client.chat, given]), stage.listen(400, client.hear)])
    await Promise.all([client.generateReply(), stage.listenUntil(done(2), client.hear)])
    await stage.listen(1_000, client.hear)
    expect(client.chat.map(({ type, role }) => role ?? type)).toEqual([
      'user',
      'assistant',
      'function_call',
      'function_call_output',
      'assistant',
    ])
    expect(client.chat.at(-1)?.texts[0]).toBe('grey ')
  })

  it('ends turns itself, and clears what was not meant', async () => {
    open({}, { turnDetection: null })
    await stage.listen(300, client.hear)
    client.clearAudio()
    stage.say('not for you')
    await stage.listen(800, client.hear)
    client.clearAudio()
    stage.say('for you')
    await stage.listen(800, client.hear)
    client.commitAudio()
    await Promise.all([client.generateReply(), stage.listenUntil(done(1), client.hear)])
    await stage.listen(500, client.hear)
    expect(stage.turns.map(({ text }) => text)).toEqual(['for you'])
    expect(client.heard).toEqual(['for you'])
  })

  it('begins anew after its longest time, and the agent knows what was said', async () => {
    open({ think: ({ text }) => `you said ${text}` })
    client.updateTools([weather])
    await stage.listen(300, client.hear)
    stage.say('my name is ada')
    await stage.listenUntil(done(1), client.hear)
    await stage.listen(2_000, client.hear)
    const before = client.chat.map(({ id }) => id)
    client.reconnect()
    await stage.listen(500, client.hear)
    expect(client.chat.map(({ id }) => id)).toEqual(before)
    stage.say('who am i')
    await stage.listenUntil(done(2), client.hear)
    expect(stage.history()).toEqual(['user: my name is ada', 'agent: you said my name is ada'])
    expect(stage.turns.at(-1)?.wishes?.tools).toHaveLength(1)
  })

  it.each(Array.from({ length: 12 }, (_, index) => index))(
    'is cut at any moment of an answer (%i)',
    async index => {
      open({ paceMs: index % 3 === 0 ? 120 : 0, think: ({ text }) => (text === 'wait' ? 'yes' : story) })
      await stage.listen(300, client.hear)
      stage.say('tell me a story')
      await stage.listenUntil(() => client.playing !== undefined, client.hear)
      await stage.listen(index * 180, client.hear)
      stage.say('wait')
      await stage.listenUntil(() => stage.turns.at(-1)?.text === 'wait', client.hear)
      await stage.listen(4_000, client.hear)
      expect(client.chat.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
      const [cutMs] = client.cuts
      const first = stage.told.find(event => event.kind === 'reply-ended')
      expect(first).toMatchObject({ heard: { ms: cutMs, source: 'reported' } })
      stage.say('and now')
      await stage.listenUntil(() => stage.turns.at(-1)?.text === 'and now', client.hear)
      const said = stage.history().find(text => text.startsWith('agent: a story'))
      const words = stage.told.flatMap(event =>
        event.kind === 'reply-words' && event.reply === 'rpl_1' ? [event] : [],
      )
      const played = words.map(({ text, untilMs }) => (untilMs <= (cutMs ?? 0) ? text : '')).join('')
      expect(said).toBe(`agent: ${played.trim()}`)
    },
  )
})
