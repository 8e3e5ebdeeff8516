import type { EngineCall, EngineLink, ReplyPart } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { assembleAgent } from './assemble-agent.js'
import { assemblyParts } from './assembly-parts.test-kit.js'

const call = (clock: EngineCall['clock'], language: string) =>
  ({
    ...{ session: 's', language, inputRate: 16_000, outputRate: 16_000, clock },
    ...{ history: () => [], observe() {}, warn() {} },
  }) as unknown as EngineCall

async function linkOf(lists: string, language = 'en') {
  const { agent, parts, kept, close } = await assemblyParts(lists)
  const { engine } = await assembleAgent(agent, parts)
  const link: EngineLink = await engine.connect(call(parts.clock, language))
  const done = async () => {
    await link.close()
    await close()
  }
  return { link, kept, done }
}

describe('an agent whose model owns turn-taking', () => {
  it('has what must be told said by this machine, in languages that it speaks', async () => {
    const { link, done } = await linkOf('live: openai-live\n')
    const parts: ReplyPart[] = []
    const over = new AbortController()
    // The clock stands still: the first second is all that comes.
    for await (const part of link.announce?.('This call is recorded.', over.signal) ?? []) {
      parts.push(part)
      if (part.kind === 'audio') over.abort()
    }
    expect(parts.find(part => part.kind === 'audio')?.samples.some(sample => Math.abs(sample) > 1_000)).toBe(
      true,
    )
    expect(parts.filter(({ kind }) => kind === 'words')).not.toEqual([])
    await done()
    const mute = await linkOf('live: openai-live\n', 'tlh')
    expect(mute.link.announce).toBeUndefined()
    await mute.done()
  })

  it('has it said by its own voice where its file names one', async () => {
    const { link, kept, done } = await linkOf('live: openai-live\ntts: deepgram\n', 'en')
    expect(link.announce).toBeDefined()
    expect(kept.some(name => name.includes('deepgram'))).toBe(true)
    await done()
  })
})
