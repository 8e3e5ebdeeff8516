import { describe, expect, it } from 'vitest'
import { assemblyParts } from './assembly-parts.test-kit.js'

const named = (model: string) => ({ provider: 'openai', options: { model }, place: 'clerk.yaml:5:6' })

describe('a shelf of providers', () => {
  it('shares with agents that come later what they name alike, and closes what the last of them leaves', async () => {
    const { parts } = await assemblyParts('llm: { provider: openai, model: m }\ntts: []\n')
    const { shelf } = parts
    const own = shelf.get('llm', named('m'))
    const [one, other] = [shelf.branch(), shelf.branch()]
    expect(one.get('llm', named('m'))).toBe(own)
    const theirs = one.get('llm', named('n'))
    expect(other.get('llm', named('n'))).toBe(theirs)
    await one.close()
    expect(other.get('llm', named('n'))).toBe(theirs)
    await other.close()
    await other.close()
    expect(shelf.get('llm', named('m'))).toBe(own)
    expect(shelf.get('llm', named('n'))).not.toBe(theirs)
    await shelf.close()
  })
})
