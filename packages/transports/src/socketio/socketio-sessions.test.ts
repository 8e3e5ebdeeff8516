import { describe, expect, it } from 'vitest'
import { HandClock } from '../ws/harness.test.support.js'
import { createSocketioSessions } from './socketio-sessions.js'

const ana = { tenant: 'acme', subject: 'ana' }

function setUp(maxSessions = 10) {
  const clock = new HandClock()
  let count = 0
  const sessions = createSocketioSessions({
    clock,
    ttlMs: 3_600_000,
    maxSessions,
    newId: () => `sio_${++count}`,
  })
  return { clock, sessions }
}

describe('sessions of Socket.IO clients', () => {
  it('are found again by their own principal until their time is over', () => {
    const { clock, sessions } = setUp()
    const session = sessions.begin()
    expect(sessions.find(session.id, ana)).toBeUndefined()
    session.principal = ana
    expect(sessions.find(session.id, ana)).toBe(session)
    expect(sessions.find(session.id, { ...ana, tenant: 'other' })).toBeUndefined()
    expect(sessions.find(session.id, { ...ana, subject: 'eve' })).toBeUndefined()
    clock.advance(7_200_000)
    expect(sessions.find(session.id, ana)).toBe(session)
    sessions.leave(session)
    clock.advance(3_599_999)
    expect(sessions.find(session.id, ana)).toBe(session)
    clock.advance(1)
    expect(sessions.find(session.id, ana)).toBeUndefined()
    expect(sessions.counts().total).toBe(0)
  })

  it('are refused where all places are taken, and have a place again once one was forgotten', () => {
    const { clock, sessions } = setUp(2)
    const [known, stranger] = [sessions.begin(), sessions.begin()]
    known.principal = ana
    expect(() => sessions.begin()).toThrow(/2 sessions are taken/)
    sessions.leave(stranger)
    const third = sessions.begin()
    sessions.leave(known)
    expect(() => sessions.begin()).toThrow(/taken/)
    clock.advance(3_600_000)
    expect(sessions.begin().id).not.toBe(third.id)
  })

  it('are counted: all, known, in a call, seen within the minute', () => {
    const { clock, sessions } = setUp()
    const [known, gone] = [sessions.begin(), sessions.begin()]
    sessions.begin()
    known.principal = ana
    gone.principal = ana
    const call = { hello: {} as never, resumeToken: 'x', holder: {}, lost: undefined }
    known.call = call
    gone.call = { ...call, lost: 'lost' }
    expect(sessions.counts()).toEqual({ total: 3, authenticated: 2, activeCalls: 1, activeLastMinute: 3 })
    clock.advance(60_001)
    known.lastSeenMs = clock.now()
    expect(sessions.counts()).toMatchObject({ total: 3, activeLastMinute: 1 })
  })
})
