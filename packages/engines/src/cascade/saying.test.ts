import type { LanguageModel, LanguageModelPart, ReplyPart, TextToSpeech } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { drawAll, mindSaying, said, setUp, signal, soundMs, turnOf } from './cascade-rig.test-kit.js'

/** The reply as a row: words, rules, and sound by its length. */
function row(parts: readonly ReplyPart[]): string[] {
  const line: string[] = []
  for (const part of parts) {
    if (part.kind === 'words') line.push(part.text)
    if (part.kind === 'barge-in') line.push(`<${part.allow}>`)
    if (part.kind === 'audio') line.push(`${(part.samples.length * 1000) / part.rate} ms`)
  }
  return line
}

const bargeIn = (allow: 'any' | 'words' | 'none'): LanguageModelPart => ({ kind: 'barge-in', allow })

describe('who may interrupt a reply of the cascade', () => {
  it('comes before the first word and sound it is for', async () => {
    const { link } = await setUp({ mind: mindSaying(bargeIn('none'), 'Terms hold.') })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(row(parts)).toEqual(['<none>', 'Terms', ' hold.', '55 ms', '55 ms'])
  })

  it('comes after all sound of what was said before it, half a clause though that be', async () => {
    const { link } = await setUp({ mind: mindSaying('Terms', ' hold ', bargeIn('words'), 'so far.') })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(row(parts)).toEqual([
      ...['Terms', ' hold', '50 ms', '50 ms', ' '],
      ...['<words>', 'so', ' far.', '35 ms', '35 ms'],
    ])
    expect(said(parts)).toBe('Terms hold so far.')
  })

  it('is forgotten with a try that failed before a word of it was spoken', async () => {
    let tries = 0
    const mind: LanguageModel = {
      name: 'once',
      async *stream() {
        tries += 1
        if (tries > 1) return yield { kind: 'text', text: 'Fine.' }
        yield bargeIn('none')
        throw new Error('gone')
      },
    }
    const { link } = await setUp({ mind })
    expect(row(await drawAll(link.reply(turnOf({ text: 'hi' }), signal())))).toEqual([
      ...['Fine.', '25 ms', '25 ms'],
    ])
  })
})

describe('what an answer cost', () => {
  const usage = (inputTokens: number, outputTokens: number): LanguageModelPart => ({
    kind: 'usage',
    inputTokens,
    outputTokens,
  })
  const costs = (parts: readonly ReplyPart[]) =>
    parts.flatMap(part => (part.kind === 'usage' ? [[part.inputTokens, part.outputTokens]] : []))

  it('is passed on as it comes, whether anything is said or not', async () => {
    const { link } = await setUp({ mind: mindSaying(usage(90, 0), 'Yes.', usage(90, 3)) })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(costs(parts)).toEqual([
      [90, 0],
      [90, 3],
    ])
    const silent = await setUp({ mind: mindSaying(usage(70, 1)) })
    expect(costs(await drawAll(silent.link.reply(turnOf({ text: 'hi' }), signal())))).toEqual([[70, 1]])
  })

  it('counts the try that failed, too', async () => {
    let tries = 0
    const mind: LanguageModel = {
      name: 'once',
      async *stream() {
        tries += 1
        yield usage(50, tries)
        if (tries === 1) throw new Error('gone')
        yield { kind: 'text', text: 'Fine.' }
      },
    }
    const { link } = await setUp({ mind })
    expect(costs(await drawAll(link.reply(turnOf({ text: 'hi' }), signal())))).toEqual([
      [50, 1],
      [100, 3],
    ])
  })
})

describe('a text that the session says of itself', () => {
  it('is spoken in the voice, clause by clause with word times, and no mind is asked', async () => {
    const mind: LanguageModel = {
      name: 'never',
      stream: () => {
        throw new Error('asked')
      },
    }
    const { link, log, warnings } = await setUp({ mind })
    const parts = await drawAll(link.say?.('One moment. I am looking it up.', signal()) ?? never())
    expect(log.asked).toEqual(['One moment.', 'I am looking it up.'])
    expect(said(parts)).toBe('One moment. I am looking it up.')
    const places = parts.flatMap(part => (part.kind === 'words' ? [part.untilMs] : []))
    expect(places).toEqual([30, 100, 110, 120, 140, 210, 230, 260])
    expect(soundMs(parts)).toBe(300)
    expect(warnings).toEqual([])
  })

  it('ends on abort and with the link, and leaves the voice shut', async () => {
    const { link, log } = await setUp()
    const abort = new AbortController()
    const parts: ReplyPart[] = []
    for await (const part of link.say?.('One moment. I am looking it up.', abort.signal) ?? never()) {
      parts.push(part)
      abort.abort()
    }
    expect(parts.length).toBe(1)
    expect(log.open).toBe(0)
    await link.close()
    expect(await drawAll(link.say?.('One moment.', signal()) ?? never())).toEqual([])
  })

  it('makes no sound, and a warning for each try, when the voice fails', async () => {
    const voice: TextToSpeech = {
      name: 'broken',
      sampleRate: 8_000,
      languages: ['en'],
      speak: () => {
        throw new Error('no sound card')
      },
      close: async () => {},
    }
    const { link, warnings } = await setUp({ voices: () => voice })
    const parts = await drawAll(link.say?.('One moment.', signal()) ?? never())
    expect(soundMs(parts)).toBe(0)
    expect(warnings.map(({ code }) => code)).toEqual(['voice_failed', 'voice_failed'])
  })

  it('is not offered where there is no voice', async () => {
    const { link } = await setUp({ voices: () => undefined })
    expect(link.say).toBeUndefined()
  })
})

function never(): never {
  throw new Error('the link cannot say anything of itself')
}
