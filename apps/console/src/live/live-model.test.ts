import type { LiveServerMessage, LiveSession } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { countFloors, type LevelTable, type LiveModel, listedRows, liveStep } from './live-model.js'

const session = (id: string, over: Partial<LiveSession> = {}): LiveSession => ({
  ...{ session: id, node: 'here', agent: 'clinic', edge: 'phone', language: 'es', subject: 'ana' },
  ...{ startedAtMs: 1_000, floor: 'open', floorSinceMs: 1_000, turns: 0, userWords: '', agentWords: '' },
  ...{ interruptions: 0, warnings: 0, devices: 1, userDbfs: -100, agentDbfs: -100 },
  ...over,
})

function begun(sessions: readonly LiveSession[]) {
  const levels: LevelTable = new Map()
  const step = (model: LiveModel | undefined, message: LiveServerMessage) =>
    liveStep(model, message, { levels, nowMs: 5_000 })
  const facts = { node: 'here', shared: false, nowMs: 5_250, total: sessions.length }
  const model = step(undefined, { type: 'snapshot', ...facts, sessions: [...sessions] })
  if (model === undefined) throw new Error('There is no model.')
  return { levels, step, model }
}

const changes = (more: Partial<Extract<LiveServerMessage, { type: 'changes' }>>): LiveServerMessage => ({
  ...{ type: 'changes', changed: [], gone: [] },
  ...more,
})

describe('the model of live conversations', () => {
  it('knows by how much the gateway’s clock is ahead', () => {
    expect(begun([]).model.aheadMs).toBe(250)
  })

  it('changes only the rows that changed, and comes, goes and counts', () => {
    const { step, model } = begun([session('a'), session('b')])
    const next = step(
      model,
      changes({ changed: [{ session: 'a', floor: 'user' }, session('c', { startedAtMs: 2_000 })], total: 3 }),
    )
    expect(next?.rows.get('a')).toMatchObject({ floor: 'user', agent: 'clinic' })
    expect(next?.rows.get('b')).toBe(model.rows.get('b'))
    expect([next?.total, next?.rows.size]).toEqual([3, 3])
    const last = next && step(next, changes({ gone: ['a', 'b'], total: 1 }))
    expect([...(last?.rows.keys() ?? [])]).toEqual(['c'])
  })

  it('stays the same model for levels alone, which are kept beside it', () => {
    const { step, model, levels } = begun([session('a')])
    expect(step(model, changes({ changed: [{ session: 'a', userDbfs: -20 }] }))).toBe(model)
    expect(levels.get('a')).toEqual({ user: -20, agent: -100 })
    step(model, changes({ gone: ['a'] }))
    expect(levels.size).toBe(0)
  })

  it('says nothing of changes before it has a snapshot, nor of errors', () => {
    const { step, model } = begun([])
    expect(step(undefined, changes({ changed: [{ session: 'a', turns: 1 }] }))).toBeUndefined()
    expect(step(model, { type: 'error', code: 'bad_message', message: '' })).toBe(model)
  })

  it('lists the newest first, filtered, and counts who has the floor', () => {
    const { model } = begun([
      session('a'),
      session('b', { startedAtMs: 3_000, floor: 'user' }),
      session('c', { startedAtMs: 2_000, agent: 'garage', edge: 'voice-ws' }),
    ])
    const ids = (agent: string, edge: string) => listedRows(model, { agent, edge }).map(row => row.session)
    expect([ids('', ''), ids('clinic', ''), ids('', 'voice-ws'), ids('clinic', 'voice-ws')]).toEqual([
      ['b', 'c', 'a'],
      ['b', 'a'],
      ['c'],
      [],
    ])
    expect([...countFloors(listedRows(model, { agent: '', edge: '' }))]).toEqual([
      ['user', 1],
      ['open', 2],
    ])
  })
})
