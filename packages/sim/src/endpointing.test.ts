import { createEndpointing, defaultTurnPolicy } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation } from './sim-conversation.js'

const words = ['one', 'two', 'three'].map(text => ({ text, ms: 300 }))
const answer = () => ({ thinkMs: 600, paceMs: 10, words })

/** What the recogniser makes of each utterance, 40 ms after its end. */
function talkOf(texts: readonly string[]): Promise<SimConversation> {
  const left = [...texts]
  return SimConversation.start({
    answer,
    recognise: () => ({ text: left.shift() ?? '', delayMs: 40 }),
    endpointing: createEndpointing(defaultTurnPolicy.endpoint, 'en'),
  })
}

async function waitAfter(text: string): Promise<number> {
  const talk = await talkOf([text])
  await talk.speak(600)
  await talk.silence(2_000)
  return talk.of('turn-committed')[0]?.endpoint?.ms ?? Number.NaN
}

describe('the end of a turn in a session', () => {
  it('comes sooner after a whole answer than after words that want more', async () => {
    const [whole, plain, open] = await Promise.all(
      ['yes please', 'the blue table', 'I would like the'].map(waitAfter),
    )
    expect(whole).toBeLessThan(plain ?? 0)
    expect(plain).toBeLessThan(open ?? 0)
    expect(open).toBe(defaultTurnPolicy.endpoint.maxMs)
  })

  it('tells why', async () => {
    const talk = await talkOf(['I would like the'])
    await talk.speak(600)
    await talk.silence(2_000)
    expect(talk.of('turn-committed')[0]?.endpoint?.reasons).toContainEqual({
      kind: 'words',
      text: 'unfinished',
    })
  })

  it('comes later once this caller was seen to pause long', async () => {
    const texts = ['one table', 'for', 'two', 'tonight', 'and no smoke', 'the end']
    const talk = await talkOf(texts)
    for (let utterance = 0; utterance < 5; utterance++) {
      await talk.speak(400)
      await talk.silence(700)
    }
    await talk.silence(4_000)
    await talk.speak(400)
    await talk.silence(4_000)
    const waits = talk.of('turn-committed').map(({ endpoint }) => endpoint?.ms ?? 0)
    expect(talk.of('turn-reopened').length).toBeGreaterThan(0)
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0)
  })
})
