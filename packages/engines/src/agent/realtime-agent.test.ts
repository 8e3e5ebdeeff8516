import { defaultTurnPolicy, ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ModelAgentFile } from './agent.js'
import { parseAgent } from './parse-agent.js'
import type { ProviderCatalogue } from './provider-catalogue.js'

const openai = z.strictObject({ model: z.string(), voice: z.string().optional() })
const providers: ProviderCatalogue = {
  names: slot => (slot === 'realtime' ? ['openai'] : slot === 'live' ? ['openai-live'] : ['other']),
  shape: (slot, provider) => (slot === 'realtime' && provider === 'openai' ? openai : undefined),
  defaults: slot => (slot === 'realtime' ? { model: 'from-defaults' } : {}),
}
const head = 'agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\n'
const read = (text: string) => parseAgent(head + text, 'a.yaml', providers) as ModelAgentFile

function mistakes(text: string): readonly string[] {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'bad_agent') return error.message.split('\n')
    throw error
  }
  return []
}

describe('an agent with a model that hears and speaks', () => {
  it('needs neither a model nor a voice, and has none', () => {
    const agent = read('voice: marin\nrealtime: openai\n')
    expect(agent).toMatchObject({
      kind: 'model',
      stt: [],
      llm: [],
      tts: [],
      realtime: [{ provider: 'openai', options: { model: 'from-defaults', voice: 'marin' } }],
      realtimeSession: { turns: { by: 'gateway' } },
      turns: defaultTurnPolicy,
    })
  })

  it('may have ears of its own beside it', () => {
    expect(read('realtime: openai\nstt: other\n').stt).toMatchObject([{ provider: 'other' }])
  })

  it('lets the vendor end turns, whose word then decides unless the file says otherwise', () => {
    const silence = 'realtimeSession: { turns: { type: server_vad, threshold: 0.4, silenceMs: 300 } }\n'
    const agent = read(`realtime: openai\n${silence}`)
    expect(agent.realtimeSession.turns).toEqual({ by: 'silence', threshold: 0.4, silenceMs: 300 })
    expect(agent.turns.endpoint).toEqual({ ...defaultTurnPolicy.endpoint, vendor: 'decides' })
    const other = read(`realtime: openai\n${silence}turns: { endpoint: { vendor: evidence } }\n`)
    expect(other.turns.endpoint.vendor).toBe('evidence')
    const meaning = read(
      'realtime: openai\nrealtimeSession: { turns: semantic_vad, renewal: { beforeMs: 60000 } }\n',
    )
    expect(meaning.realtimeSession).toEqual({ turns: { by: 'meaning' }, renewal: { beforeMs: 60_000 } })
  })

  it('is told where it names what the model does by itself', () => {
    expect(mistakes('realtime: openai\nllm: other\ntts: []\n')).toEqual([
      'a.yaml:6:1: "realtime" thinks by itself; remove "llm" or "realtime"',
      'a.yaml:7:1: "realtime" speaks by itself; remove "tts" or "realtime"',
    ])
  })

  it('is told of what is nothing, with place and cure', () => {
    expect(mistakes('realtime: openai\nexpression: { emotion: calm }\n')).toEqual([
      'a.yaml:6:1: "realtime" is told in "instructions" how it is to sound; remove "expression" or "realtime"',
    ])
    expect(mistakes('realtime: []\n')).toEqual([
      'a.yaml:5:1: "realtime" is empty; name a provider, such as "realtime: openai"',
    ])
    expect(mistakes('realtime: opnai\n')).toEqual([
      'a.yaml:5:11: there is no speech-to-speech model "opnai" (did you mean "openai"?)',
    ])
    expect(mistakes('realtime: { provider: openai, vioce: marin }\n')).toEqual([
      'a.yaml:5:31: unknown key "vioce" (did you mean "voice"?)',
    ])
    expect(mistakes('realtime: openai\nrealtimeSession: { turn: gateway }\n')).toEqual([
      'a.yaml:6:20: unknown key "turn" (did you mean "turns"?)',
    ])
    expect(mistakes('realtime: openai\nrealtimeSession: { turns: server_vads }\n')).toEqual([
      'a.yaml:6:27: "realtimeSession.turns" must be one of gateway, server_vad, semantic_vad (did you mean "server_vad"?)',
    ])
    expect(
      mistakes('realtime: openai\nrealtimeSession: { turns: { type: semantic_vad, silenceMs: 300 } }\n'),
    ).toEqual([
      'a.yaml:6:60: "realtimeSession.turns.silenceMs" is nothing of semantic_vad, which has eagerness; remove it',
    ])
    const renewal = 'realtimeSession: { renewal: { beforeMs: 20000, latestMs: 30000 } }\n'
    expect(mistakes(`realtime: openai\n${renewal}`)).toEqual([
      'a.yaml:6:58: "realtimeSession.renewal.latestMs" must not be above beforeMs; the quiet moment is looked for first',
    ])
    expect(mistakes('realtimeSession: { turns: gateway }\nllm: other\n')).toEqual([
      'a.yaml:5:1: "realtimeSession" holds a session of "realtime", and there is none; remove it or name one, such as "realtime: openai"',
    ])
  })

  it('may be one that owns turn-taking, hears alone and calls no tools', () => {
    const agent = read('live: openai-live\n')
    expect(agent).toMatchObject({ llm: [], tts: [], realtime: [], live: [{ provider: 'openai-live' }] })
    expect(agent.turns.endpoint.vendor).toBe('decides')
    expect(agent.turns.speculation.perTurn).toBe(0)
    // The line has a voice of its own, and `voice` is the model's.
    const beside = read('live: openai-live\ntts: other\nvoice: marin\n')
    expect(beside.live[0]?.options.voice).toBe('marin')
    expect(beside.tts.map(({ options }) => options.voice)).toEqual([undefined])
    expect(mistakes('live: openai-live\nstt: other\ntools: [{ kind: hang-up }]\nrealtime: openai\n')).toEqual(
      [
        'a.yaml:6:1: "live" owns turn-taking and hears by itself; remove "stt" or "live"',
        'a.yaml:7:1: "live" calls no tools; it hands questions over to the "reasoner"; remove "tools" or "live"',
        'a.yaml:5:1: "realtime" is one that hears and speaks, and one is enough; remove "live" or "realtime"',
      ].sort(),
    )
  })

  it('is no script', () => {
    const script = 'agent: terse\nlanguage: en\ngreeting: Yes?\nfallback: Sorry?\nrealtime: openai\n'
    expect(() => parseAgent(script, 'a.yaml', providers)).toThrow(
      'a.yaml:5:1: a script answers by itself; remove "realtime", or write "instructions" in the place of the script',
    )
  })
})
