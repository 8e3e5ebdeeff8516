import { afterEach, describe, expect, it } from 'vitest'
import { ClientStage, type ClientStageOptions } from './client-stage.test-kit.js'
import { PipecatClient, type PipecatOptions } from './pipecat-client.test-kit.js'

let stage: ClientStage
let client: PipecatClient
afterEach(async () => {
  await stage.close()
  expect(stage.faults).toEqual([])
  expect(client.fatal).toEqual([])
})

function open(options: ClientStageOptions = {}, pipecat: PipecatOptions = {}): void {
  stage = new ClientStage(options)
  client = new PipecatClient(stage, pipecat)
}

const whole = {
  output_modalities: ['audio'],
  instructions: 'You are a helpful clerk.',
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: { model: 'gpt-realtime-whisper' },
      noise_reduction: { type: 'near_field' },
      turn_detection: { type: 'semantic_vad' },
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
  },
}
const manual = {
  audio: { input: { turn_detection: null, transcription: { model: 'gpt-4o-transcribe' } } },
}
const done = (count: number) => () => stage.ofType('response.done').length >= count
const statuses = () => stage.ofType('response.done').map(({ response }) => response.status)

describe('Pipecat’s Realtime service', () => {
  it('speaks first from its context, then holds turns of sound', async () => {
    open(
      { think: ({ text, history }) => (text === '' ? `hello ${history.at(-1)?.text}` : `you said ${text}`) },
      { session: whole },
    )
    client.begin({ role: 'user', text: 'greet ann' })
    await stage.listenUntil(done(1), client.hear)
    await stage.listenUntil(() => !client.isPlaying, client.hear)
    stage.say('what time is it')
    await stage.listenUntil(done(2), client.hear)
    await stage.listenUntil(() => client.transcripts.length === 1, client.hear)
    expect(client.transcripts).toEqual(['what time is it'])
    expect(statuses()).toEqual(['completed', 'completed'])
    expect(client.usages).toEqual([
      { input_tokens: 11, output_tokens: 7, total_tokens: 18, cached: 0 },
      { input_tokens: 11, output_tokens: 7, total_tokens: 18, cached: 0 },
    ])
    expect(stage.history()).toContain('agent: hello greet ann')
  })

  it('is interrupted by our ear, and truncates at what it played', async () => {
    open({
      think: ({ text }) =>
        text === 'stop it'
          ? 'fine'
          : 'a story as long as the river that runs down from the hills through the old town and on to the sea',
    })
    await stage.listen(100, client.hear)
    stage.say('tell me')
    await stage.listenUntil(() => client.isPlaying, client.hear)
    await stage.listen(1_000, client.hear)
    stage.say('stop it')
    await stage.listenUntil(done(2), client.hear)
    expect(client.cuts).toHaveLength(1)
    const [cutMs = 0] = client.cuts
    const ended = stage.told.find(event => event.kind === 'reply-ended' && event.interrupted)
    expect(ended).toMatchObject({ heard: { ms: cutMs, source: 'reported' } })
    expect(cutMs).toBeGreaterThan(1_000)
    expect(stage.history().find(text => text.startsWith('agent: a story'))).not.toContain('sea')
    expect(stage.turns.at(-1)?.text).toBe('stop it')
  })

  it('is interrupted while an answer is still being made', async () => {
    open({
      paceMs: 150,
      think: ({ text }) => (text === 'no' ? 'fine' : 'one two three four five six seven eight nine ten'),
    })
    await stage.listen(100, client.hear)
    stage.say('count')
    await stage.listenUntil(() => client.isPlaying, client.hear)
    await stage.listen(300, client.hear)
    stage.say('no')
    await stage.listenUntil(done(2), client.hear)
    expect(statuses()).toEqual(['cancelled', 'completed'])
    expect(client.usages).toHaveLength(2)
  })

  it('drives the turns itself: clears, gives the beginning again, cancels, commits, asks', async () => {
    open(
      { think: ({ text }) => `you said ${text} and i will think about that for a while` },
      { session: manual },
    )
    await stage.listen(300, client.hear)
    for (const words of ['first words here', 'second words here', 'third words here']) {
      stage.say(words)
      await stage.listen(200, client.hear)
      client.userStarted()
      await stage.listen(2_000, client.hear)
      client.userStopped()
      const count = stage.ofType('response.done').length
      await stage.listenUntil(done(count + 1), client.hear)
      await stage.listen(200, client.hear)
    }
    expect(stage.turns.map(({ text }) => text)).toEqual([
      'first words here',
      'second words here',
      'third words here',
    ])
    expect(new Set(client.tolerated)).toEqual(new Set(['response_cancel_not_active']))
    expect(client.cuts).toHaveLength(2)
    expect(client.transcripts).toEqual(['first words here', 'second words here', 'third words here'])
  })

  it('cancels an answer that is being made when it drives the turns itself', async () => {
    open(
      { paceMs: 150, think: ({ text }) => `${text} one two three four five six seven eight nine` },
      { session: manual },
    )
    await stage.listen(300, client.hear)
    stage.say('start')
    await stage.listen(200, client.hear)
    client.userStarted()
    await stage.listen(600, client.hear)
    client.userStopped()
    await stage.listenUntil(() => client.isPlaying, client.hear)
    stage.say('again')
    await stage.listen(200, client.hear)
    client.userStarted()
    await stage.listen(600, client.hear)
    client.userStopped()
    await stage.listenUntil(done(2), client.hear)
    expect(statuses()).toEqual(['cancelled', 'completed'])
    expect(stage.turns.at(-1)?.text).toBe('again')
  })

  it.each([0, 400, 5_000])('runs a tool that takes %i ms and goes on with what it gave', async toolMs => {
    const tools = { get_weather: (given: unknown) => ({ for: given, sky: 'grey' }) }
    open(
      {
        think: ({ history }) =>
          JSON.stringify(history).includes('grey')
            ? 'it is grey'
            : ['let me look', { name: 'get_weather', arguments: { city: 'Bonn' } }],
      },
      {
        toolMs,
        tools,
        session: {
          ...whole,
          tools: [
            {
              type: 'function',
              name: 'get_weather',
              description: 'the weather',
              parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            },
          ],
        },
      },
    )
    await stage.listen(100, client.hear)
    stage.say('how is the weather')
    await stage.listenUntil(done(2), client.hear)
    expect(statuses()).toEqual(['completed', 'completed'])
    expect(client.tolerated).toEqual([])
    expect(stage.ofType('response.done')[1]?.response.output[0].content[0].transcript).toBe('it is grey ')
  })

  it('is answered in text', async () => {
    open({ think: () => 'plain text' }, { session: { output_modalities: ['text'] } })
    client.begin({ role: 'user', text: 'hi' })
    await stage.listenUntil(done(1), client.hear)
    expect(client.text.trim()).toBe('plain text')
    expect(stage.ofType('response.output_audio.delta')).toEqual([])
  })

  it('gets back the items it asks for, and is told of those that are not there', async () => {
    open()
    await stage.listen(100, client.hear)
    stage.say('remember this')
    await stage.listenUntil(done(1), client.hear)
    await stage.listen(1_000, client.hear)
    const ids = stage.ofType('conversation.item.done').map(({ item }) => item.id)
    for (const id of [...ids, 'item_nobody']) client.retrieve(id)
    await stage.listen(200, client.hear)
    expect(client.retrieved).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { missing: 'item_nobody' },
    ])
  })

  it('is told of an answer that broke, and goes on', async () => {
    open({ think: ({ text }) => (text === 'break' ? { fails: true } : 'fine again') })
    await stage.listen(100, client.hear)
    stage.say('break')
    await stage.listenUntil(done(1), client.hear)
    expect(client.failures).toHaveLength(1)
    expect(client.usages).toHaveLength(1)
    stage.say('go on')
    await stage.listenUntil(done(2), client.hear)
    expect(statuses()).toEqual(['failed', 'completed'])
  })

  it('sends all of its settings again in the middle of the talk', async () => {
    open({}, { session: whole })
    await stage.listen(100, client.hear)
    stage.say('hello')
    await stage.listenUntil(done(1), client.hear)
    client.updateSession()
    await stage.listen(200, client.hear)
    expect(stage.ofType('session.updated')).toHaveLength(2)
  })
})
