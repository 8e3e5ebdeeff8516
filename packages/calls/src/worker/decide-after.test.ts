import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AttemptId, Call, CallAttempt, CallId, LegStatus } from '../call.js'
import { callAgain, callOver } from '../store/after-attempt.js'
import { type AttemptEnd, decideAfter, defaultRetries } from './decide-after.js'

const NOW_MS = 1_750_000_000_000
const MINUTE_MS = 60_000

const call = {
  id: 'call_1' as CallId,
  tenant: 'acme',
  direction: 'outbound',
  attempts: 1,
  maxAttempts: 20,
} as Call

function attempt(status: LegStatus, over: Partial<CallAttempt> = {}): CallAttempt {
  return {
    ...{ id: 'att_1' as AttemptId, call: call.id, tenant: 'acme', number: 1, carrier: 'twilio' },
    ...{ state: 'ended', status, sessions: [], intendedAtMs: NOW_MS },
    ...over,
  }
}

const machine = attempt('completed', { answeredBy: 'machine' })
const talked = attempt('completed', { sessions: ['ses_1'] as unknown as CallAttempt['sessions'] })
const ends: Readonly<Record<AttemptEnd, CallAttempt>> = {
  busy: attempt('busy'),
  'no-answer': attempt('no-answer'),
  machine,
  failed: attempt('failed'),
}

function decide(
  last: CallAttempt,
  earlier: readonly CallAttempt[] = [],
  over: Partial<Parameters<typeof decideAfter>[0]> & { readonly call?: Partial<Call> } = {},
) {
  const options = {
    retries: defaultRetries,
    nowMs: NOW_MS,
    random: () => 0,
    opening: (_: Call, at: number) => at,
  }
  return decideAfter({ ...options, ...over })({ ...call, ...over.call }, last, earlier)
}

const pauseOf = (after: ReturnType<typeof decide>) =>
  after.then === 'again' ? (after.notBeforeMs - NOW_MS) / MINUTE_MS : after.status

it('is over once somebody was talked to, and for whoever rang us', () => {
  expect(decide(talked)).toEqual(callOver('completed'))
  expect(decide(ends.busy, [], { call: { direction: 'inbound' } })).toMatchObject({ status: 'completed' })
})

it('takes a call that was completed without a session for a failed one', () => {
  expect(decide(attempt('completed'))).toEqual(callAgain(NOW_MS + MINUTE_MS, 'failed'))
})

it('cancels what was ended before it was answered, with the reason the call has', () => {
  expect(decide(attempt('canceled'), [], { call: { reason: 'moved' } })).toEqual(
    callOver('cancelled', 'moved'),
  )
})

it.each([
  ['busy', [5, 10, 20, 'unreached']],
  ['no-answer', [120, 240, 'unreached']],
  ['machine', [240, 'completed']],
  ['failed', [1, 2, 'unreached']],
] as const)('comes again after %s in %j minutes', (end, pauses) => {
  const last = ends[end]
  const seen = pauses.map((_, times) => pauseOf(decide(last, Array<CallAttempt>(times).fill(last))))
  expect(seen).toEqual(pauses)
})

it('counts the attempts that ended alike, whatever lay between', () => {
  const { busy, failed, 'no-answer': unheard } = ends
  expect(pauseOf(decide(unheard, [busy, busy, busy, failed]))).toBe(120)
  expect(pauseOf(decide(unheard, [unheard, busy, busy]))).toBe(240)
  expect(pauseOf(decide(failed, [busy, failed, failed, busy]))).toBe('unreached')
})

it('counts no attempt by which nobody was rung', () => {
  const free = attempt('canceled')
  expect(pauseOf(decide(ends.failed, [free, free, free, free]))).toBe(1)
})

it('takes fax for a machine, but no message was left at it', () => {
  const fax = attempt('completed', { answeredBy: 'fax' })
  expect(pauseOf(decide(fax, [machine]))).toBe('completed')
  expect(pauseOf(decide(fax, [], { machineRetries: false }))).toBe(240)
})

it('calls a machine no more where a message is left', () => {
  expect(decide(machine, [], { machineRetries: false })).toEqual(callOver('completed', 'machine'))
})

it('spreads what failed together over a tenth of the pause, and waits for calling hours', () => {
  expect(pauseOf(decide(ends.busy, [], { random: () => 1 }))).toBe(5.5)
  expect(pauseOf(decide(ends.busy, [], { opening: (_, at) => at + 60 * MINUTE_MS }))).toBe(65)
  expect(pauseOf(decide(ends.busy, [], { opening: () => undefined }))).toBe('unreached')
})

it('never rings more often than the call may, nor than the rule of an end says', () => {
  const end = fc.constantFrom<AttemptEnd>('busy', 'no-answer', 'machine', 'failed')
  fc.assert(
    fc.property(fc.array(end, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (story, maxAttempts) => {
      const made: AttemptEnd[] = []
      for (const next of story) {
        const before = made.map(each => ends[each])
        made.push(next)
        const { then } = decide(ends[next], before, { call: { attempts: made.length, maxAttempts } })
        if (then === 'over') break
      }
      expect(made.length).toBeLessThanOrEqual(maxAttempts)
      for (const each of Object.keys(ends) as AttemptEnd[]) {
        expect(made.filter(one => one === each).length).toBeLessThanOrEqual(defaultRetries[each].most)
      }
    }),
  )
})
