import type { EngineCall, EngineLink, ReplyPart, Turn } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { callEngine } from './call-engine.js'

const consent = 'This call is recorded.'

async function* words(text: string): AsyncGenerator<ReplyPart> {
  yield { kind: 'words', text }
}

async function said(turn: Partial<Turn>): Promise<string> {
  const link = { reply: () => words('Welcome.'), say: words } as unknown as EngineLink
  const engine = callEngine(
    { connect: async () => link },
    { consent, bargeIn: 'any', message: () => undefined },
  )
  const { reply } = await engine.connect({} as EngineCall)
  let text = ''
  for await (const part of reply(turn as Turn, new AbortController().signal))
    if (part.kind === 'words') text += `${part.text} `
  return text.trim()
}

describe('consent', () => {
  it('is said before the greeting, and before nothing else', async () => {
    expect(await said({ origin: 'opening' })).toBe('This call is recorded. Welcome.')
    expect(await said({ origin: 'speech' })).toBe('Welcome.')
  })

  it('is not said again to a caller who comes back, but is to one who did not hear it', async () => {
    expect(await said({ origin: 'opening', begun: { said: 'This call is  recorded. Wel' } })).toBe('Welcome.')
    expect(await said({ origin: 'opening', begun: { said: '' } })).toBe('This call is recorded. Welcome.')
  })
})
