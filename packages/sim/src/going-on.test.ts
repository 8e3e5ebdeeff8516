/** A conversation survives the death of its process: what the next one says first, and what it never says. */

import type { SessionAction } from '@parley/core'
import { describe, expect, it } from 'vitest'
import {
  beginLife,
  heardWords,
  idsOfLife,
  SIM_WORD_MS,
  sayWords,
  succeed,
  wordsFor,
} from './going-on.test-kit.js'
import type { SimConversationOptions } from './sim-conversation.js'

const LONG = 20
const answering: SimConversationOptions = { answer: turn => sayWords(wordsFor(turn, LONG)) }

async function killedInAnswer(options: SimConversationOptions = {}, afterMs = 2_500) {
  const first = await beginLife({ ...answering, ids: idsOfLife(1), ...options })
  first.talk.caller.type('what is on today')
  await first.talk.silence(afterMs)
  const heard = heardWords(first)
  first.kill()
  return { first, heard }
}

describe('a session that goes on', () => {
  it('says the rest of the reply, from the first word that was not heard to its end', async () => {
    const { first, heard } = await killedInAnswer()
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(8_000)
    const rest = heardWords(second)
    const all = wordsFor({ id: first.snapshot?.reply?.turn.id ?? ('' as never) }, LONG)
    expect(heard.length).toBeGreaterThan(3)
    expect(all.indexOf(rest[0] ?? '')).toBeGreaterThanOrEqual(heard.length - 2)
    expect(all.indexOf(rest[0] ?? '')).toBeLessThanOrEqual(heard.length)
    expect(rest).toEqual(all.slice(all.indexOf(rest[0] ?? '')))
    expect(second.talk.engine.turns).toEqual([])
  })

  it('asks the engine to go on behind the words that were known', async () => {
    const slow: SimConversationOptions = {
      answer: turn => sayWords(wordsFor(turn, LONG), { paceMs: SIM_WORD_MS + 20 }),
    }
    const { first, heard } = await killedInAnswer(slow)
    expect(first.snapshot?.reply?.made).toBe(false)
    const second = await succeed(first, { ...slow, ids: idsOfLife(2) })
    await second.talk.silence(9_000)
    const all = wordsFor({ id: first.snapshot?.reply?.turn.id ?? ('' as never) }, LONG)
    const rest = heardWords(second)
    expect(second.talk.engine.turns).toHaveLength(1)
    expect(rest).toEqual(all.slice(all.indexOf(rest[0] ?? '')))
    expect(all.indexOf(rest[0] ?? '')).toBeLessThanOrEqual(heard.length)
  })

  it('that dies before a word of the rest came leaves the rest to the one after it', async () => {
    const { first } = await killedInAnswer()
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(40)
    expect(second.told).toBeGreaterThan(0)
    second.kill()
    const third = await succeed(second, { ...answering, ids: idsOfLife(3) })
    await third.talk.silence(8_000)
    expect(heardWords(third)).toEqual(first.snapshot?.reply?.rest.split(' '))
    expect(third.talk.engine.turns).toEqual([])
  })

  it('writes what was heard as a reply that was cut, and the rest as one of the same turn', async () => {
    const { first } = await killedInAnswer()
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(8_000)
    const [cut, rest] = second.talk.of('reply-ended')
    const told = first.snapshot?.reply
    expect(cut).toMatchObject({ reply: told?.reply, turn: told?.turn.id, interrupted: true })
    expect(cut?.heard.text).toBe(told?.heard)
    expect(rest).toMatchObject({ turn: told?.turn.id, interrupted: false, said: told?.rest })
    expect(second.talk.session.history).toMatchObject([
      { role: 'user', text: 'what is on today' },
      { role: 'agent', text: told?.heard, interrupted: true },
      { role: 'agent', text: told?.rest, interrupted: false },
    ])
    expect(second.talk.stored.map(({ kind }) => kind)).toEqual(['reply-ended', 'ledger', 'reply-ended'])
  })

  it('says nothing where nothing was open, and does not greet again', async () => {
    const first = await beginLife({ ...answering, opens: true, ids: idsOfLife(1) })
    await first.talk.silence(6_000)
    first.kill()
    const second = await succeed(first, { ...answering, opens: true, ids: idsOfLife(2) })
    await second.talk.silence(5_000)
    expect(second.talk.caller.sent).toEqual([])
    expect(second.talk.session.floor).toBe('open')
    expect(second.talk.session.history).toEqual(first.talk.session.history)
  })

  it('answers the turn that was being said, with the words that were known', async () => {
    const first = await beginLife({ ...answering, ids: idsOfLife(1) })
    await first.talk.speak(600)
    first.talk.session.observe({ kind: 'transcript', startMs: 0, atMs: 500, text: 'I want a', final: false })
    await first.talk.speak(400)
    first.kill()
    expect(first.snapshot?.unanswered).toMatchObject({ origin: 'speech', text: 'I want a' })
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(8_000)
    expect(second.talk.engine.turns).toMatchObject([{ text: 'I want a', origin: 'text' }])
    expect(second.talk.of('transcript-final')).toMatchObject([{ text: 'I want a' }])
    expect(heardWords(second)).toHaveLength(LONG)
  })

  it('lets the caller who speaks on finish the turn', async () => {
    const first = await beginLife({ ...answering, ids: idsOfLife(1) })
    await first.talk.speak(600)
    first.talk.session.observe({ kind: 'transcript', startMs: 0, atMs: 500, text: 'I want a', final: false })
    await first.talk.speak(400)
    first.kill()
    const second = await succeed(first, {
      ...answering,
      ids: idsOfLife(2),
      recognise: () => ({ text: 'table for two', delayMs: 100 }),
    })
    await second.talk.speak(800)
    await second.talk.silence(8_000)
    expect(second.talk.of('transcript-final').at(-1)?.text).toBe('I want a table for two')
    expect(second.talk.engine.turns.at(-1)).toMatchObject({
      text: 'I want a table for two',
      origin: 'speech',
    })
  })

  it('may be interrupted in the rest like any reply', async () => {
    const { first } = await killedInAnswer()
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(1_000)
    await second.talk.speak(700)
    await second.talk.silence(300)
    expect(second.talk.of('reply-ended').at(-1)).toMatchObject({ interrupted: true })
    expect(second.talk.of('floor-changed').map(({ floor }) => floor)).toContain('user')
  })

  it('hangs up behind the rest where that was to follow', async () => {
    const { first } = await killedInAnswer({
      answer: turn => sayWords(wordsFor(turn, LONG), { hangsUp: true }),
    })
    expect(first.snapshot?.reply?.actions).toEqual<SessionAction[]>([{ name: 'hang-up' }])
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(8_000)
    expect(second.talk.caller.closedBy).toBe('hang-up')
  })

  it('counts its time from the beginning of the conversation', async () => {
    const { first } = await killedInAnswer({ limits: { maxMs: 6_000 } })
    const second = await succeed(first, { ...answering, ids: idsOfLife(2), limits: { maxMs: 6_000 } })
    const { atMs } = second.talk.events[0] ?? { atMs: 0 }
    expect(atMs).toBe(first.snapshot?.atMs)
    await second.talk.silence(5_000)
    expect(second.talk.caller.closedBy).toBe('expired')
    expect(second.talk.of('session-ended')[0]?.atMs).toBeCloseTo(6_000, -2)
  })

  it('gives no id again that the snapshot names', async () => {
    const { first } = await killedInAnswer()
    const second = await succeed(first, answering)
    await second.talk.silence(8_000)
    second.talk.caller.type('and tomorrow')
    await second.talk.silence(8_000)
    const turns = second.talk.session.history.filter(({ role }) => role === 'user').map(({ turn }) => turn)
    expect(new Set(turns).size).toBe(2)
  })

  it('stores again what the journal had not taken', async () => {
    const { first } = await killedInAnswer({ journal: { write: () => new Promise(() => {}) } })
    const second = await succeed(first, { ...answering, ids: idsOfLife(2) })
    await second.talk.silence(100)
    expect(second.talk.stored[0]).toMatchObject({ kind: 'transcript-final', text: 'what is on today' })
  })
})

describe('snapshots', () => {
  it('are told at most four times a second, and not at all while nothing changes', async () => {
    const { first } = await killedInAnswer({}, 3_000)
    expect(first.told).toBeGreaterThan(8)
    expect(first.told).toBeLessThanOrEqual(13)
    const quiet = await beginLife({ ...answering, ids: idsOfLife(1) })
    await quiet.talk.silence(3_000)
    expect(quiet.told).toBeLessThanOrEqual(1)
  })
})

describe('a session that is handed over', () => {
  it('falls silent, stores what was heard, closes the leg and says where it stands', async () => {
    const first = await beginLife({ ...answering, ids: idsOfLife(1) })
    first.talk.caller.type('what is on today')
    await first.talk.silence(2_500)
    const handing = first.talk.session.handOver()
    await first.talk.silence(100)
    const snapshot = await handing
    expect(first.talk.caller.closedBy).toBe('handed-over')
    expect(first.talk.caller.cleared).toHaveLength(1)
    expect(first.talk.of('session-ended')).toMatchObject([{ reason: 'handed-over' }])
    const { reply } = snapshot
    expect(first.talk.stored.at(-1)).toMatchObject({ reply: reply?.reply, heard: { text: reply?.heard } })
    expect(`${reply?.heard} ${reply?.rest}`.split(' ')).toHaveLength(LONG)
  })

  it('cannot be once it is over', async () => {
    const first = await beginLife(answering)
    await Promise.all([first.talk.session.end('client'), first.talk.silence(100)])
    await expect(first.talk.session.handOver()).rejects.toMatchObject({ code: 'resume_failed' })
  })
})
