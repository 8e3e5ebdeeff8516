import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplyId } from '../ids.js'
import type { Evidence } from './evidence.js'
import { type Decision, type Floor, step } from './floor.js'
import { defaultTurnPolicy } from './policy.js'

const reply = 'rpl_1' as ReplyId
const evidence: fc.Arbitrary<Evidence> = fc.oneof(
  fc.constantFrom<Evidence>(
    { kind: 'speech-start', atMs: 100 },
    { kind: 'speech-end', atMs: 200 },
    { kind: 'transcript', atMs: 200, startMs: 100, text: 'yes', final: true },
    { kind: 'transcript', atMs: 200, startMs: 100, text: 'ye', final: false },
    { kind: 'reply-audible', atMs: 300, reply },
    { kind: 'reply-ended', atMs: 400, reply },
    { kind: 'interrupt', atMs: 500 },
    { kind: 'timer', atMs: 600, timer: 'endpoint' },
    { kind: 'timer', atMs: 600, timer: 'judge' },
  ),
  fc
    .constantFrom('vendor' as const, 'client' as const, 'text' as const, 'opening' as const)
    .map(source => ({ kind: 'end-of-turn' as const, atMs: 700, source })),
)

function run(start: Floor, line: readonly Evidence[], policy = defaultTurnPolicy) {
  let floor = start
  const decisions: Decision['kind'][] = []
  for (const piece of line) {
    const [next, ...made] = step(floor, piece, policy)
    floor = next
    decisions.push(...made.map(({ kind }) => kind))
  }
  return { floor, decisions }
}

describe('the floor', () => {
  it('goes through a turn: speech, pause, thinking, agent, open', () => {
    const { floor, decisions } = run('open', [
      { kind: 'speech-start', atMs: 0 },
      { kind: 'speech-end', atMs: 800 },
      { kind: 'transcript', atMs: 800, startMs: 0, text: 'hello', final: true },
      { kind: 'timer', atMs: 1_500, timer: 'endpoint' },
      { kind: 'reply-audible', atMs: 1_600, reply },
      { kind: 'reply-ended', atMs: 3_000, reply },
    ])
    expect(floor).toBe('open')
    expect(decisions).toEqual(['turn-open', 'arm', 'prepare', 'turn-commit'])
  })

  it('counts the endpointing silence from the last voiced sample, not from when its end was noticed', () => {
    const [, arm] = step('user', { kind: 'speech-end', atMs: 800 }, defaultTurnPolicy)
    expect(arm).toEqual({ kind: 'arm', timer: 'endpoint', ms: defaultTurnPolicy.endpointMs, sinceMs: 800 })
  })

  it('ducks before it judges, and yields only to speech that lasts', () => {
    expect(run('agent', [{ kind: 'speech-start', atMs: 0 }]).decisions).toEqual(['duck', 'arm'])
    expect(run('overlap', [{ kind: 'speech-end', atMs: 90 }])).toEqual({
      floor: 'agent',
      decisions: ['disarm', 'resume'],
    })
    expect(run('overlap', [{ kind: 'timer', atMs: 300, timer: 'judge' }])).toEqual({
      floor: 'user',
      decisions: ['barge-in', 'turn-open'],
    })
  })

  it('keeps talking over the caller when the policy says so', () => {
    const policy = { ...defaultTurnPolicy, interruptible: false }
    expect(run('agent', [{ kind: 'speech-start', atMs: 0 }], policy)).toEqual({
      floor: 'overlap',
      decisions: [],
    })
  })

  it('hears a caller who could not interrupt and still speaks when the agent is done', () => {
    const policy = { ...defaultTurnPolicy, interruptible: false }
    const line = [
      { kind: 'speech-start', atMs: 0 },
      { kind: 'reply-ended', atMs: 300, reply },
    ] as const
    expect(run('agent', line, policy).floor).toBe('user')
    expect(run('agent', line, policy).decisions).toContain('turn-open')
  })

  it('reopens the turn when the caller goes on before the answer was heard', () => {
    expect(run('thinking', [{ kind: 'speech-start', atMs: 0 }]).decisions).toEqual(['discard', 'turn-reopen'])
  })

  it('prepares nothing when told not to', () => {
    const policy = { ...defaultTurnPolicy, prepare: false }
    const line = [{ kind: 'transcript', atMs: 1, startMs: 0, text: 'yes', final: true }] as const
    expect(run('pause', line, policy).decisions).toEqual([])
  })

  it('never commits a turn that is not open, whatever the evidence', () => {
    fc.assert(
      fc.property(fc.array(evidence, { maxLength: 60 }), line => {
        let open = false
        for (const kind of run('open', line).decisions) {
          if (kind === 'turn-open' || kind === 'turn-reopen') open = true
          if (kind !== 'turn-commit') continue
          expect(open).toBe(true)
          open = false
        }
      }),
    )
  })

  it('cuts a reply only where one can be under way, and never leaves the agent ducked with the floor back', () => {
    fc.assert(
      fc.property(fc.array(evidence, { maxLength: 60 }), line => {
        let floor: Floor = 'open'
        let ducked = false
        for (const piece of line) {
          const from: Floor = floor
          const [next, ...made] = step(from, piece, defaultTurnPolicy)
          floor = next
          for (const { kind } of made) {
            if (kind === 'duck') ducked = true
            if (kind === 'resume' || kind === 'barge-in') ducked = false
            if (kind === 'barge-in') expect(['agent', 'overlap', 'thinking']).toContain(from)
          }
          if (piece.kind === 'reply-ended') ducked = false
          if (floor === 'agent') expect(ducked).toBe(false)
        }
      }),
    )
  })
})
