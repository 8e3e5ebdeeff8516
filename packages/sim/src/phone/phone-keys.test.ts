import { decodeUlaw, dtmfTone, encodeUlaw } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { type PhoneTalk, startPhoneTalk, WORD_MS } from './phone-talk.test.support.js'
import { PHONE_RATE } from './sim-phone.js'

const wordsMs = 5 * WORD_MS

/** A tone with its pause, as the line's codec leaves it. */
const toneOf = (key: string) => [...decodeUlaw(encodeUlaw(dtmfTone({ key, rate: PHONE_RATE })))]
const spoken = (talk: PhoneTalk) => talk.asked[0]?.phone.leg.sendDigits('1#') ?? false
const samplesOf = (ms: number) => (ms * PHONE_RATE) / 1000

describe('keys that are sent into a call', () => {
  it('while a reply is said wait for its end, and then come one after the other', async () => {
    const talk = await startPhoneTalk({ words: 5 })
    await talk.clock.advance(600)
    expect(spoken(talk)).toBe(true)
    await talk.clock.advance(5_000)
    const heard = [...talk.phone.sound()]
    expect(heard.slice(0, samplesOf(wordsMs))).toEqual([...talk.said])
    expect(heard.slice(samplesOf(wordsMs))).toEqual([...toneOf('1'), ...toneOf('#')])
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
  })

  it('while a reply is said go out once it is interrupted, and are no part of what was heard of it', async () => {
    const talk = await startPhoneTalk({ words: 5 })
    await talk.clock.advance(600)
    expect(spoken(talk)).toBe(true)
    talk.phone.dtmf('9')
    await talk.clock.advance(3_000)
    const heard = [...talk.phone.sound()]
    const [ended] = talk.of('reply-ended')
    expect(ended).toMatchObject({ interrupted: true })
    const tones = [...toneOf('1'), ...toneOf('#')]
    expect(heard.slice(-tones.length)).toEqual(tones)
    const replyMs = ((heard.length - tones.length) * 1000) / PHONE_RATE
    expect(Math.abs((ended?.heard.ms ?? 0) - replyMs)).toBeLessThanOrEqual(40)
  })

  it('that wait when the caller hangs up are not sent, and none are taken after it', async () => {
    const talk = await startPhoneTalk({ words: 5 })
    await talk.clock.advance(600)
    expect(spoken(talk)).toBe(true)
    talk.phone.hangUp()
    await talk.clock.advance(5_000)
    expect(spoken(talk)).toBe(false)
    expect(talk.phone.sound().length).toBeLessThan(samplesOf(wordsMs))
    expect(talk.clock.pending).toBe(0)
  })

  it('are refused whole over 64 that wait', async () => {
    const talk = await startPhoneTalk({ words: 5 })
    await talk.clock.advance(600)
    const { leg } = talk.asked[0]?.phone ?? {}
    expect(leg?.sendDigits('1'.repeat(60))).toBe(true)
    expect(leg?.sendDigits('2'.repeat(5))).toBe(false)
    expect(leg?.sendDigits('3'.repeat(4))).toBe(true)
  })
})
