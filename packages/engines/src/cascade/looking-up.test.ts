import type {
  Enricher,
  Enrichment,
  LanguageModel,
  LanguageModelRequest,
  ReplyPart,
  SpeechRequest,
  TextToSpeech,
  TurnId,
} from '@parley/core'
import { describe, expect, it } from 'vitest'
import type { CascadeOptions } from './cascade.js'
import {
  drawAll,
  said,
  settle,
  setUp,
  signal,
  spokenTurn,
  testStt,
  testVoice,
  turnOf,
} from './cascade-rig.test-kit.js'

const enrichment: Enrichment = {
  facts: [
    { source: 'weather', text: 'It rains.', asOfMs: 1 },
    { source: 'weather', text: 'It will rain.', asOfMs: 1 },
  ],
  late: ['news'],
  failed: ['stock'],
}

/** An enricher that answers when it is told to. */
function testEnricher(answer: () => Promise<Enrichment> = async () => enrichment) {
  const heard: string[] = []
  const asked: string[] = []
  let closed = 0
  const enricher: Enricher = {
    overhear: text => void heard.push(text),
    enrich(text) {
      asked.push(text)
      return answer()
    },
    close: () => void closed++,
  }
  return { enricher: () => enricher, heard, asked, closed: () => closed }
}

function listener() {
  const requests: LanguageModelRequest[] = []
  const mind: LanguageModel = {
    name: 'listener',
    async *stream(request) {
      requests.push(request)
      yield { kind: 'text', text: 'Right.' }
    },
  }
  return { mind, requests }
}

const kinds = (parts: readonly ReplyPart[]) =>
  parts.map(part => (part.kind === 'mark' ? part.mark : part.kind))

describe('facts for a turn', () => {
  it('are asked for with the final text, told to the mind, and named in the reply', async () => {
    const { enricher, asked } = testEnricher()
    const { mind, requests } = listener()
    const { link } = await setUp({ enricher, mind, instructions: 'Be kind.' })
    const parts = await drawAll(link.reply(turnOf({ text: 'will it rain' }), signal()))
    expect(asked).toEqual(['will it rain'])
    expect(kinds(parts).slice(0, 4)).toEqual(['final-text', 'context', 'context', 'first-token'])
    expect(parts[2]).toEqual({ kind: 'context', used: ['weather'], late: ['news'], failed: ['stock'] })
    expect(requests[0]).toMatchObject({ facts: enrichment.facts, instructions: 'Be kind.' })
  })

  it('leave no trace where no source was asked', async () => {
    const { enricher } = testEnricher(async () => ({ facts: [], late: [], failed: [] }))
    const { mind, requests } = listener()
    const { link } = await setUp({ enricher, mind })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(parts.some(part => part.kind === 'context')).toBe(false)
    expect(requests[0]).not.toHaveProperty('facts')
  })

  it('are waited for between the marks', async () => {
    let give = (_: Enrichment) => {}
    const { enricher } = testEnricher(
      () =>
        new Promise(resolve => {
          give = resolve
        }),
    )
    const { link } = await setUp({ enricher })
    const parts: ReplyPart[] = []
    const drawing = (async () => {
      for await (const part of link.reply(turnOf({ text: 'hi' }), signal())) parts.push(part)
    })()
    await settle()
    expect(kinds(parts)).toEqual(['final-text'])
    give(enrichment)
    await drawing
    expect(kinds(parts)[1]).toBe('context')
  })

  it('are not asked for by the opening', async () => {
    const { enricher, asked } = testEnricher()
    const { link } = await setUp({ enricher })
    await drawAll(link.reply(turnOf({ origin: 'opening' }), signal()))
    expect(asked).toEqual([])
  })

  it('cost the answer nothing if their enricher fails', async () => {
    const { enricher } = testEnricher(() => Promise.reject(new Error('broken')))
    const { link, warnings } = await setUp({ enricher })
    expect(said(await drawAll(link.reply(turnOf({ text: 'hi' }), signal())))).toBe(
      'Hello there. How are you?',
    )
    expect(warnings.map(({ code }) => code)).toEqual(['context_failed'])
  })

  it('are given up with the reply', async () => {
    const { enricher } = testEnricher(() => new Promise(() => {}))
    const { link } = await setUp({ enricher })
    const drawing = drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    await settle()
    await link.close()
    await settle()
    const done = await Promise.race([drawing.then(() => 'done'), settle().then(() => 'waits')])
    expect(done).toBe('done')
  })
})

describe('what the caller is saying', () => {
  async function listening(options: Partial<CascadeOptions> = {}) {
    const ear = testStt()
    const test = testEnricher()
    const rig = await setUp({ stt: ear.stt, enricher: test.enricher, ...options })
    const partial = (text: string, startMs: number) =>
      ear.event({ kind: 'partial', text, startMs, endMs: startMs + 100 })
    return { ...rig, ear, partial, ...test }
  }

  it('is overheard as it comes, with what was final of the turn before it', async () => {
    const { ear, partial, heard } = await listening()
    partial('what is', 1_000)
    ear.final('what is the weather', 1_000, 1_500)
    partial('in', 1_600)
    partial('in Madrid', 1_600)
    expect(heard).toEqual([
      'what is',
      'what is the weather',
      'what is the weather in',
      'what is the weather in Madrid',
    ])
  })

  it('belongs to the turn until that is over, also when an answer was prepared', async () => {
    const { ear, partial, heard, link } = await listening()
    ear.final('what is the weather', 1_000, 1_900)
    const prepared = new AbortController()
    const preparing = drawAll(link.reply(spokenTurn, prepared.signal))
    partial('in Madrid', 2_100)
    prepared.abort()
    await preparing
    expect(heard.at(-1)).toBe('what is the weather in Madrid')
    ear.event({ kind: 'finished', atMs: 3_000 })
    await drawAll(link.reply({ ...spokenTurn, endMs: 2_900 }, signal()))
    link.committed?.('trn_1' as TurnId)
    partial('and tomorrow', 5_000)
    expect(heard.at(-1)).toBe('and tomorrow')
    partial('late words', 2_000)
    expect(heard.at(-1)).toBe('and tomorrow')
  })

  it('is no longer overheard when the link is closed', async () => {
    const { partial, heard, link, closed } = await listening()
    await link.close()
    partial('hello', 1_000)
    expect([heard, closed()]).toEqual([[], 1])
  })
})

describe('the request of a reply', () => {
  it('knows when the turn is over, and not before', async () => {
    const { mind, requests } = listener()
    const { link } = await setUp({ mind })
    let over: string[] = []
    const ask = async (name: string) => {
      await drawAll(link.reply(turnOf({ text: name }), signal()))
      void requests.at(-1)?.committed?.then(() => over.push(name))
      await settle()
    }
    await ask('prepared')
    await ask('grown')
    link.committed?.('trn_other' as TurnId)
    await settle()
    expect(over).toEqual([])
    link.committed?.('trn_1' as TurnId)
    await settle()
    expect(over).toEqual(['grown'])
    over = []
    await ask('reopened')
    expect(over).toEqual([])
  })
})

describe('what the voice is asked', () => {
  it('names the reply and how it is said, alike for its clauses', async () => {
    const asked: SpeechRequest[] = []
    const plain = testVoice({ asked: [], open: 0 })
    const voice: TextToSpeech = {
      ...plain,
      speak(request, signal) {
        asked.push(request)
        return plain.speak(request, signal)
      },
    }
    const { link } = await setUp({ voices: () => voice, expression: { emotion: 'calm', speed: 1.1 } })
    await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(asked.map(({ reply }) => reply)).toEqual(['ses_1-1', 'ses_1-1', 'ses_1-2', 'ses_1-2'])
    expect(asked[0]?.expression).toEqual({ emotion: 'calm', speed: 1.1 })
  })
})
