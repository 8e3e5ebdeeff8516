import { visemes } from '@parley/audio'
import type { ByteCache, SpeechPart, TextToSpeech } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, cuesOf, drain, type Fate, incidents, voiceOf } from '../failover/failover-rig.test-kit.js'
import { createResilientVoice } from '../failover/resilient-voice.js'
import { type CachedVoiceOptions, createCachedVoice } from './cached-voice.js'
import { decodeRendition, encodeRendition } from './rendition.js'
import { createSpeechShelf } from './speech-shelf.js'

const text = 'Good morning, how may I help?'
const never = () => new AbortController().signal

function setUp(
  options: Partial<CachedVoiceOptions> & { readonly fates?: readonly (Fate | undefined)[] } = {},
) {
  const clock = new VirtualClock()
  const log = account()
  const { fates = [], ...rest } = options
  const inner = voiceOf({ clock, log, fates })
  const shelf = createSpeechShelf()
  const make = (more: Partial<CachedVoiceOptions> = {}) =>
    createCachedVoice(inner, {
      clock,
      shelf,
      fingerprint: 'f',
      isFixed: each => each === text,
      ...rest,
      ...more,
    })
  const say = (voice: TextToSpeech, words = text, more = {}) =>
    drain(clock, voice.speak({ text: words, language: 'en', ...more }, never()))
  return { clock, log, inner, shelf, make, say }
}

const soundOf = (parts: readonly SpeechPart[]) =>
  parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))
const wordsOf = (parts: readonly SpeechPart[]) => parts.filter(({ kind }) => kind === 'word')

describe('a voice with a cache', () => {
  it('says a fixed phrase again with the same sound and times, at no cost', async () => {
    const { log, make, say } = setUp()
    const first = await say(make())
    const second = await say(make())
    expect(log.uses).toBe(1)
    expect(soundOf(second)).toEqual(soundOf(first))
    expect(wordsOf(second)).toEqual(wordsOf(first))
    expect(cuesOf(second, 8_000)).toEqual(cuesOf(first, 8_000))
    expect(cuesOf(second, 8_000).length).toBeGreaterThan(5)
    expect(second.some(({ kind }) => kind === 'usage')).toBe(false)
  })

  it('keeps other texts from the second time on, for one tenant alone', async () => {
    const { log, make, say } = setUp()
    const [acme, other, nobody] = [make({ tenant: 'acme' }), make({ tenant: 'other' }), make()]
    const personal = 'Your balance is $12, Ana.'
    for (let time = 0; time < 4; time++) await say(acme, personal)
    expect(log.uses).toBe(2)
    await say(other, personal)
    expect(log.uses).toBe(3)
    for (let time = 0; time < 3; time++) await say(nobody, personal)
    expect(log.uses).toBe(6)
  })

  it('tells apart whatever changes the sound', async () => {
    const { log, make, say } = setUp()
    const voice = make()
    await say(voice)
    await say(voice, text, { voice: 'nova' })
    await say(voice, text, { expression: { emotion: 'sad' } })
    await say(voice, text, { language: 'en-GB' })
    await say(make({ fingerprint: 'other model' }))
    expect(log.uses).toBe(5)
  })

  it('keeps nothing that broke off, was stopped, or ended too early', async () => {
    const { clock, log, inner, make, say } = setUp({ fates: [{ kind: 'fail', after: 3 }] })
    await expect(say(make())).rejects.toThrow('told to fail')
    const stop = new AbortController()
    for await (const part of make().speak({ text, language: 'en' }, stop.signal)) {
      if (part.kind === 'audio') stop.abort()
    }
    const short: TextToSpeech = {
      ...inner,
      async *speak(request, signal) {
        let given = 0
        for await (const part of inner.speak(request, signal)) {
          if (part.kind === 'audio' && ++given > 5) return
          yield part
        }
      },
    }
    const shelf = createSpeechShelf()
    const options = { clock, shelf, fingerprint: 'f', isFixed: () => true }
    await say(createCachedVoice(short, options))
    expect(shelf.bytes).toBe(0)
    await say(make())
    expect(log.uses).toBe(4)
  })

  it('proves nothing of its provider by what it remembers', async () => {
    const { clock, make, say } = setUp({
      fates: [undefined, { kind: 'fail', after: 0 }, { kind: 'fail', after: 0 }],
    })
    const { all, onIncident } = incidents()
    const memory = make()
    const voice = createResilientVoice([memory, voiceOf({ clock, name: 'other' })], { clock, onIncident })
    await say(voice)
    expect(memory.remembers({ text, language: 'en' })).toBe(true)
    for (const words of ['One.', text, 'Two.']) await say(voice, words)
    expect(all.map(({ action }) => action)).toEqual(['failed', 'failed', 'rested'])
    await clock.advance(2_500)
    await say(voice)
    expect(all).toHaveLength(3)
  })

  it('finds what another node said, waits for it no longer than is worth it, and needs it for nothing', async () => {
    const kept = new Map<string, Uint8Array>()
    const shared: ByteCache = {
      get: async key => kept.get(key),
      set: async (key, bytes) => void kept.set(key, bytes),
    }
    const one = setUp({ shared })
    const sources: string[] = []
    const first = await one.say(one.make())
    expect([...kept.keys()].join()).not.toContain('Good')
    const other = setUp({ shared, onUse: source => sources.push(source) })
    expect(soundOf(await other.say(other.make()))).toEqual(soundOf(first))
    await other.say(other.make())
    expect(other.log.uses).toBe(0)
    const slow: ByteCache = { get: () => new Promise(() => {}), set: async () => {} }
    const third = setUp({ shared: slow, onUse: source => sources.push(source) })
    await third.say(third.make())
    expect(sources).toEqual(['shared', 'memory', 'voice'])
    kept.set([...kept.keys()][0] ?? '', new Uint8Array([9, 9, 9, 9, 9]))
    const fourth = setUp({ shared })
    expect(soundOf(await fourth.say(fourth.make()))).toEqual(soundOf(first))
  })
})

describe('the shelf', () => {
  it('stays within its size, the least used dropped first', () => {
    const shelf = createSpeechShelf(10_000)
    const rendition = { samples: new Int16Array(500), words: [], cues: [] }
    for (let at = 0; at < 12; at++) {
      shelf.put(`${at}`, rendition)
      shelf.get('0')
    }
    expect(shelf.bytes).toBeLessThanOrEqual(10_000)
    expect([shelf.get('0') !== undefined, shelf.get('1')]).toEqual([true, undefined])
    shelf.put('huge', { samples: new Int16Array(4_000), words: [], cues: [] })
    expect(shelf.get('huge')).toBeUndefined()
  })
})

describe('a rendition as bytes', () => {
  it('is the same when read back, and nothing else is read as one', () => {
    const word = fc.record({ text: fc.string(), startMs: fc.nat(9_999), endMs: fc.nat(9_999) })
    const cue = fc.record({
      viseme: fc.constantFrom(...visemes),
      startMs: fc.nat(9_999),
      endMs: fc.nat(9_999),
    })
    fc.assert(
      fc.property(fc.array(word), fc.array(cue), fc.int16Array(), (words, cues, samples) => {
        const rendition = { samples, words, cues }
        expect(decodeRendition(encodeRendition(rendition))).toEqual(rendition)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        expect(() => decodeRendition(bytes)).not.toThrow()
      }),
    )
  })
})
