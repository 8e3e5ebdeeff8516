import type { CallId } from '@parley/calls'
import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import type { LiveCall } from '../live-call.js'
import { commandData } from './commands.js'
import { callId, createEventLog, type EventLog } from './event-log.test-kit.js'
import { followCommands } from './follow-commands.js'

let clock: VirtualClock
let log: EventLog

beforeEach(() => {
  clock = new VirtualClock()
  log = createEventLog()
})

/** A node, with what its calls were told. */
function node(holds: readonly string[] = [callId], tenant = 'acme') {
  const calls = new Set(holds)
  const told: unknown[] = []
  const desk = {
    live: (id: CallId) =>
      calls.has(id)
        ? ({
            call: { id, tenant },
            hangUp: (reason: string) => told.push(reason),
            order: async (order: unknown) => void told.push(order),
          } as unknown as LiveCall)
        : undefined,
    get active() {
      return calls.size
    },
  }
  const following = followCommands({
    ...{ store: log, desk, clock, epochMs: () => clock.now(), log: pino({ level: 'silent' }) },
  })
  return { calls, told, following }
}

const digits = { do: 'digits', digits: '1' } as const
const ask = () => log.add('asked', commandData(digits, 'ana'), { atMs: clock.now() })

it('has the node that holds the call do it, once', async () => {
  const [here, other] = [node(), node(['call_2'])]
  await clock.advance(600)
  const seq = ask()
  await clock.advance(600)
  expect([here.told, other.told]).toEqual([[digits], []])
  expect(log.events.at(-1)).toMatchObject({ kind: 'asked-taken', data: { asked: seq } })
  const next = node()
  other.calls.add(callId)
  await clock.advance(5_000)
  expect([here.told.length, other.told, next.told]).toEqual([1, [], []])
})

it('does what was asked shortly before the call came here, and nothing that is too old', async () => {
  const here = node([])
  await clock.advance(600)
  ask()
  await clock.advance(29_000)
  here.calls.add(callId)
  await clock.advance(600)
  expect(here.told).toEqual([digits])
  here.calls.delete(callId)
  ask()
  await clock.advance(31_000)
  here.calls.add(callId)
  await clock.advance(600)
  expect(here.told).toEqual([digits])
})

it('ends a call whose end was asked for', async () => {
  const here = node()
  await clock.advance(600)
  log.add('cancel-asked', { reason: 'a mistake' }, { atMs: clock.now() })
  await clock.advance(600)
  expect(here.told).toEqual(['a mistake'])
})

it('leaves what it does not know, and what another tenant asks', async () => {
  const here = node()
  const rival = node([callId], 'rival')
  await clock.advance(600)
  log.add('asked', { command: { do: 'dance' } }, { atMs: clock.now() })
  ask()
  await clock.advance(600)
  expect([here.told, rival.told]).toEqual([[digits], []])
})

it('tries again when the store does not answer, and stops when it is closed', async () => {
  const here = node()
  await clock.advance(600)
  ask()
  log.fault = new ParleyError('store_unavailable')
  await clock.advance(600)
  log.fault = undefined
  await clock.advance(600)
  expect(here.told).toEqual([digits])
  await here.following.close()
  ask()
  await clock.advance(600)
  expect(here.told).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

it('does not look while it holds no call', async () => {
  node([])
  await clock.advance(5_000)
  expect(log.reads).toBe(0)
})
