import { VirtualClock } from '@parley/sim'
import { expect, it } from 'vitest'
import type { Call, CallId } from '../call.js'
import { createTurns } from './turns.js'

const call = (id: number, from = '+1') => ({ id: `call_${id}` as CallId, from }) as Call
const MOST_JOBS = 20

function world() {
  const clock = new VirtualClock()
  return {
    clock,
    turns: createTurns(
      () => clock.now(),
      () => 0,
    ),
  }
}

it('lets a few of a caller id wait as jobs, and gives the others rows one after the other', () => {
  const { turns } = world()
  const kinds = Array.from({ length: 23 }, (_, index) => turns.take(call(index), 400, 1))
  expect(kinds.slice(0, MOST_JOBS)).toEqual(Array(MOST_JOBS).fill({ kind: 'job', inMs: 400 }))
  expect(kinds.slice(MOST_JOBS)).toEqual([1_400, 2_400, 3_400].map(inMs => ({ kind: 'row', inMs })))
})

it('keeps the place of one that asks again, and fills that of one that left', () => {
  const { turns } = world()
  for (let id = 0; id < MOST_JOBS; id++) turns.take(call(id), 400, 1)
  expect(turns.take(call(3), 400, 1).kind).toBe('job')
  turns.leave(call(3))
  expect(turns.take(call(99), 400, 1).kind).toBe('job')
  expect(turns.take(call(3), 400, 1).kind).toBe('row')
})

it('forgets who did not come again for a minute, as one that was cancelled elsewhere', async () => {
  const { clock, turns } = world()
  for (let id = 0; id < MOST_JOBS; id++) turns.take(call(id), 400, 1)
  await clock.advance(60_001)
  expect(turns.take(call(99), 400, 1).kind).toBe('job')
})

it('lets no caller id wait for another, and none for more than a quarter of an hour', () => {
  const { turns } = world()
  const waits = Array.from({ length: 3_000 }, (_, index) => turns.take(call(index), 400, 1).inMs)
  expect(Math.max(...waits)).toBeLessThanOrEqual(900_000)
  expect(turns.take(call(1, '+2'), 400, 1)).toEqual({ kind: 'job', inMs: 400 })
})
