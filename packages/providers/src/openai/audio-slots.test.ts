import { describe, expect, it } from 'vitest'
import { compatibleStt, compatibleTts, openaiStt, openaiTts } from './audio-slots.js'
import { scriptedServer } from './scripted-realtime.test-kit.js'

function context(baseUrl = 'http://far.test/v1') {
  const server = scriptedServer()
  return { ...server, context: { ...server.context, baseUrl } }
}

describe('OpenAI’s audio as slots', () => {
  it('takes Realtime for OpenAI and HTTP for others, where nothing else is said', () => {
    const { context: world } = context()
    const voice = { model: 'm-1', voice: 'v-1' }
    expect(openaiStt.create({ model: 'm-1' }, world).name).toBe('openai-realtime')
    expect(openaiStt.create({ transport: 'file', model: 'm-1' }, world).name).toBe('openai-file')
    expect(openaiTts.create(voice, world).name).toBe('openai-realtime')
    expect(openaiTts.create({ transport: 'speech', ...voice }, world).name).toBe('openai-speech')
    expect(compatibleStt.create({ profile: 'whisper.cpp' }, world).name).toBe('openai-compatible')
    expect(compatibleStt.create({ transport: 'realtime', model: 'm-1' }, world).sampleRate).toBe(24_000)
    expect(compatibleTts.create({ profile: 'kokoro', ...voice }, world).name).toBe('openai-compatible')
    expect(compatibleTts.create({ ...voice, sampleRate: 22_050 }, world).sampleRate).toBe(22_050)
  })

  it.each([
    [openaiStt, {}, 'model'],
    [openaiStt, { model: 'm-1', modle: 1 }, 'modle'],
    [openaiStt, { transport: 'file', model: 'm-1', profile: 'vllm' }, 'profile'],
    [openaiTts, { model: 'm-1' }, 'voice'],
    [openaiTts, { transport: 'pigeon', model: 'm-1', voice: 'v' }, 'transport'],
    [compatibleTts, { model: 'm-1', voice: 'v', sampleRate: '8k' }, 'sampleRate'],
    [openaiTts, { transport: 'speech', model: 'm-1', voice: 'v', wordTimes: true }, 'wordTimes'],
    [compatibleTts, { model: 'm-1', voice: 'v', wordTimes: true, profile: 'speaches' }, 'wordTimes'],
  ])('names the option that is wrong (%#)', (slot, options, name) => {
    expect(() => slot.create(options, context().context)).toThrowError(
      expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(name) }),
    )
  })

  it('warns once of what OpenAI itself is going to end, and of nothing elsewhere', () => {
    const hosted = context('https://api.openai.com/v1')
    openaiTts.create({ transport: 'speech', model: 'm-1', voice: 'v' }, hosted.context)
    expect(hosted.warnings.map(({ details }) => details.what)).toEqual(['/audio/speech'])
    openaiStt.create({ transport: 'file', model: 'whisper-1' }, hosted.context)
    openaiTts.create({ model: 'gpt-realtime', voice: 'v' }, hosted.context)
    openaiStt.create({ model: 'm-1' }, hosted.context)
    expect(hosted.warnings.map(({ details }) => details.what)).toEqual([
      '/audio/speech',
      'whisper-1',
      'gpt-realtime',
    ])
    const other = context()
    openaiTts.create({ transport: 'speech', model: 'tts-1', voice: 'v' }, other.context)
    compatibleTts.create({ model: 'tts-1', voice: 'v' }, hosted.context)
    expect(other.warnings).toEqual([])
    expect(hosted.warnings).toHaveLength(3)
  })
})
