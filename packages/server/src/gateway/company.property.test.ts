import type { Seat } from '@parley/transports'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openCompany, type TestDevice } from './company.test-kit.js'

type Act =
  | { readonly kind: 'join'; readonly as: 'listener' | 'controller' | 'speaker'; readonly both: boolean }
  | { readonly kind: 'leave' | 'take-over' | 'lose' | 'type' | 'interrupt'; readonly which: number }
  | { readonly kind: 'back' }
  | { readonly kind: 'wait'; readonly ms: number }

const which = fc.nat(9)
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('join' as const),
    as: fc.constantFrom('listener' as const, 'controller' as const, 'speaker' as const),
    both: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('leave', 'take-over', 'lose', 'type', 'interrupt'), which }),
  fc.constant({ kind: 'back' as const }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
) as fc.Arbitrary<Act>

interface Present {
  readonly device: TestDevice
  readonly seat: Seat
}

/** Refusals are answers; anything else is a fault. */
function attempt(run: () => void): void {
  try {
    run()
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: expect.stringMatching(/forbidden|bad_message|overloaded/) })
  }
}

async function live(acts: readonly Act[]): Promise<void> {
  const { talk, clock, company, first, seat, join, lose, back } = await openCompany({
    mostDevices: 4,
    limits: { resumeMs: 600_000 },
  })
  let present: Present[] = [{ device: first, seat }]

  function check(): void {
    const { devices } = company
    const speakers = present.filter(({ seat }) => seat.role === 'speaker')
    expect(speakers.length).toBeLessThanOrEqual(1)
    expect(devices.filter(({ role }) => role === 'speaker')).toHaveLength(speakers.length)
    // The leg of the session is the speaker's, and nobody else has its inbox.
    expect(present.filter(({ device }) => device.inbox !== undefined)).toEqual(speakers)
    expect(devices.map(({ id }) => id).sort()).toEqual(present.map(({ seat }) => seat.id).sort())
    for (const { device, seat } of present) {
      const told = device.last('devices')?.devices
      if (told !== undefined) expect(told).toEqual(devices)
      else expect(devices).toHaveLength(1)
      expect(devices.find(({ id }) => id === seat.id)?.role).toBe(seat.role)
      const { role } = device.last('role') ?? {}
      if (role !== undefined) expect(role).toBe(seat.role)
      expect(device.closedBy).toBeUndefined()
      // Nothing that is stored is told twice.
      const words = device.told.filter(kind => kind === 'session-ended')
      expect(words).toEqual([])
    }
  }

  for (const act of acts) {
    const chosen = 'which' in act ? present[act.which % Math.max(1, present.length)] : undefined
    if (act.kind === 'join')
      attempt(() => {
        present.push(join(act.as))
      })
    else if (act.kind === 'wait') await clock.advance(act.ms)
    else if (act.kind === 'back') {
      // Only who was the speaker comes back; a standing one is replaced by it.
      const standing = present.find(({ seat }) => seat.role === 'speaker')
      const again = back()
      present = [...present.filter(each => each !== standing), again]
      expect([undefined, 'replaced']).toContain(standing?.device.closedBy)
      standing?.seat.leave()
    } else if (chosen !== undefined) {
      if (act.kind === 'take-over') attempt(() => chosen.seat.takeOver())
      else if (act.kind === 'type') attempt(() => chosen.seat.text('hello'))
      else if (act.kind === 'interrupt') attempt(() => chosen.seat.interrupt())
      else {
        lose(chosen.device, chosen.seat)
        present = present.filter(each => each !== chosen)
      }
    }
    check()
  }
  await Promise.all([talk.session.end('client'), clock.advance(200)])
  // The leg is closed by the session, everybody else by the company, with the same word.
  for (const { device } of present) {
    expect(device.closedBy).toBe('client')
    expect(device.told.at(-1)).toBe('session-ended')
  }
  expect(company.devices).toEqual([])
  expect(clock.pending).toBe(0)
}

it('whoever joins, leaves, is lost, comes back and takes over: one speaker or none, and all see the same devices', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), acts => live(acts)),
    { numRuns: 20 },
  )
})
