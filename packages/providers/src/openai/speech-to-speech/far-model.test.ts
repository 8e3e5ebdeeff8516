import { describe, expect, it } from 'vitest'
import { greet, scriptedServer } from '../scripted-realtime.test-kit.js'
import { farRig, priceTool } from './far-rig.test-kit.js'
import { checkWhatIsSent, created, done, kinds, ready, setUp } from './far-script.test-kit.js'
import { openaiRealtime } from './far-slot.js'

checkWhatIsSent()

describe('the key of a far conversation', () => {
  it('is held to the end, and told what is left', async () => {
    const rates: object[] = []
    const outcomes: object[] = []
    const server = scriptedServer()
    const lease = {
      key: 'k',
      rate: (rate: object) => void rates.push(rate),
      done: (outcome: object) => void outcomes.push(outcome),
    }
    const context = { ...server.context, keys: { take: async () => lease } }
    const far = farRig(openaiRealtime.create({ model: 'm-1' }, context), {
      clock: server.clock,
      transcribes: false,
    })
    const socket = await greet(server)
    socket.say({
      type: 'rate_limits.updated',
      rate_limits: [
        { name: 'requests', limit: 10, remaining: 0, reset_seconds: 1.5 },
        { name: 'tokens', limit: 10, remaining: 5, reset_seconds: 60 },
      ],
    })
    far.session.respond({ id: 'a-1' })
    const error = { code: 'rate_limit_exceeded', message: 'Try again in 2s.' }
    socket.say(created('r-1', 'a-1'), done('r-1', 'failed', { status_details: { error } }))
    expect(rates).toEqual([
      {},
      { remainingRequests: 0, remainingTokens: 5, resetMs: 1_500 },
      { remainingRequests: 0, resetMs: 2_000 },
    ])
    expect(outcomes).toEqual([])
    far.session.close()
    expect(outcomes).toEqual([{ kind: 'fine' }])
  })

  it('is told at once that its credit is gone', async () => {
    const { far, socket, server } = await ready()
    far.session.respond({ id: 'a-1' })
    const error = { code: 'insufficient_quota', message: 'Pay.' }
    socket.say(created('r-1', 'a-1'), done('r-1', 'failed', { status_details: { error } }))
    expect(server.outcomes).toEqual([{ kind: 'spent' }])
  })

  it('is shown as the server wants it, with whose it is', async () => {
    const names = { organization: 'org-1', project: 'p-1', safetyIdentifier: 'user-1' }
    const { server } = await ready({ auth: 'api-key', ...names })
    expect(server.sockets[0]?.options).toMatchObject({
      url: 'https://vendor.test/realtime?model=m-1',
      headers: {
        'api-key': 'secret-key',
        'openai-organization': 'org-1',
        'openai-project': 'p-1',
        'openai-safety-identifier': 'user-1',
      },
    })
    expect(server.sockets[0]?.options.headers).not.toHaveProperty('authorization')
    const other = await ready()
    expect(other.server.sockets[0]?.options.headers).toEqual({ authorization: 'Bearer secret-key' })
  })
})

describe('a Realtime model', () => {
  it('takes the connection that was made before', async () => {
    const server = scriptedServer()
    const model = openaiRealtime.create({ model: 'm-1', transcription: { model: 't-1' } }, server.context)
    await model.warm?.()
    await server.clock.advance(0)
    server.sockets[0]?.open()
    server.sockets[0]?.say({ type: 'session.created', session: {} })
    const far = farRig(model, { clock: server.clock })
    expect(server.sockets[0]?.said).toMatchObject([{ type: 'session.update' }])
    server.sockets[0]?.say({ type: 'session.updated', session: {} })
    expect(kinds(far)).toEqual(['ready'])
    expect(server.sockets).toHaveLength(1)
    await model.close?.()
    expect(server.sockets[0]?.closed).toBe(true)
  })

  it('leaves alone a connection that stood too long, and one that was lost', async () => {
    const server = scriptedServer()
    const model = openaiRealtime.create({ model: 'm-1', transcription: { model: 't-1' } }, server.context)
    await model.warm?.()
    await greet(server)
    await server.clock.advance(600_000)
    farRig(model, { clock: server.clock })
    await server.clock.advance(0)
    expect(server.sockets.map(({ closed }) => closed)).toEqual([true, false])
    await model.close?.()
  })

  it('hears as the far end does where the server can', () => {
    const { model } = setUp()
    expect([8_000, 16_000, 24_000, 48_000].map(rate => model.rateFor(rate))).toEqual([
      8_000, 24_000, 24_000, 24_000,
    ])
    expect(setUp({ pcmu: false }).model.rateFor(8_000)).toBe(24_000)
  })

  it('warns where words are wanted that nobody writes down', () => {
    const { server } = setUp({ transcription: undefined })
    expect(server.warnings).toMatchObject([{ code: 'bad_config' }])
  })

  it('asks for all that its options name', async () => {
    const { socket } = await ready(
      {
        ...{ voice: 'voice_x', speed: 1.2, noiseReduction: 'far_field', reasoningEffort: 'low' },
        ...{ maxOutputTokens: 900, parallelToolCalls: false },
        transcription: { model: 't-1', languages: ['en', 'de'], keywords: ['Parley'], delay: 'low' },
        truncation: { retentionRatio: 0.8, postInstructionsTokens: 8_000 },
      },
      { rate: 8_000, tools: [priceTool] },
    )
    expect(socket.said[0]?.session).toEqual({
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'be brief',
      tools: [{ type: 'function', ...priceTool }],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          turn_detection: null,
          transcription: { model: 't-1', languages: ['en', 'de'], keywords: ['Parley'], delay: 'low' },
          noise_reduction: { type: 'far_field' },
        },
        output: { format: { type: 'audio/pcmu' }, voice: { id: 'voice_x' }, speed: 1.2 },
      },
      max_output_tokens: 900,
      parallel_tool_calls: false,
      truncation: {
        type: 'retention_ratio',
        retention_ratio: 0.8,
        token_limits: { post_instructions: 8_000 },
      },
      reasoning: { effort: 'low' },
    })
  })
})
