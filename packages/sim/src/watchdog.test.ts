/** Engines and ears that break their contract must not leave a caller in silence. */

import { silentCues } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const oneWord: SimReply = { thinkMs: 50, paceMs: 20, words: [{ text: 'one', ms: 300 }] }
const floorsOf = (talk: SimConversation) => talk.of('recovered').map(({ floor }) => floor)

describe('a session recovers, and counts it,', () => {
  it('from an engine that never answers', async () => {
    const talk = await SimConversation.start({
      opens: true,
      answer: () => ({ ...oneWord, thinkMs: 1e9 }),
    })
    await talk.silence(19_000)
    expect(talk.session.floor).toBe('thinking')
    await talk.silence(6_000)
    expect(floorsOf(talk)).toEqual(['thinking'])
    expect(talk.session.floor).toBe('open')
  })

  it('from an engine that never ends its answer', async () => {
    const talk = await SimConversation.start({ opens: true, answer: () => ({ ...oneWord, paceMs: 1e9 }) })
    await talk.silence(26_000)
    expect(floorsOf(talk)).toEqual(['agent'])
    expect(talk.session.floor).toBe('open')
    expect(talk.of('reply-ended')[0]?.heard.text).toBe('one')
  })

  it('not from an engine that is slow, or an answer that is long', async () => {
    const words = Array.from({ length: 60 }, (_, index) => ({ text: `w${index}`, ms: 500 }))
    const talk = await SimConversation.start({
      opens: true,
      answer: () => ({ ...oneWord, thinkMs: 15_000, words }),
    })
    await talk.silence(60_000)
    expect(floorsOf(talk)).toEqual([])
    expect(talk.of('reply-ended')).toMatchObject([{ heard: { complete: true } }])
  })

  it('from an ear that says that speech began and never that it ended', async () => {
    let told = false
    const talk = await SimConversation.start({
      answer: () => oneWord,
      ear: {
        cues: silentCues,
        voice: 0,
        hear(frame) {
          if (told) return undefined
          told = true
          return { kind: 'speech-start', atMs: frame.atMs }
        },
      },
    })
    await talk.silence(10_000)
    expect(floorsOf(talk)).toEqual(['user'])
    expect(talk.of('turn-committed')).toHaveLength(1)
    expect(talk.session.floor).toBe('open')
  })

  it('from a vendor that takes a turn up again and never ends it', async () => {
    const { endpoint } = {
      endpoint: { minMs: 200, maxMs: 1_000, confidence: 0.9, vendor: 'decides' as const },
    }
    const talk = await SimConversation.start({ answer: () => oneWord, policy: { endpoint } })
    talk.session.observe({ kind: 'turn-signal', atMs: 0, signal: 'start' })
    await talk.silence(10_000)
    expect(floorsOf(talk)).toEqual(['user'])
    expect(talk.session.floor).toBe('open')
  })
})
