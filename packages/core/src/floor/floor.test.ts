import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplyId } from '../ids.js'
import { unsteered } from '../session/steering.js'
import type { Evidence } from './evidence.js'
import { type CallerVoice, type Decision, type Floor, type Moment, step } from './floor.js'
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
    .constantFrom('client' as const, 'text' as const, 'opening' as const, 'prompt' as const)
    .map(source => ({ kind: 'end-of-turn' as const, atMs: 700, source })),
)

const moment = (voice: CallerVoice = 'speaking', policy = defaultTurnPolicy): Moment => ({
  voice,
  policy,
  steer: unsteered,
  turn: 'over',
  wanted: false,
  made: false,
})

function run(start: Floor, line: readonly Evidence[], policy = defaultTurnPolicy, voice?: CallerVoice) {
  let floor = start
  const decisions: Decision['kind'][] = []
  for (const piece of line) {
    const [next, ...made] = step(floor, piece, moment(voice, policy))
    floor = next
    decisions.push(...made.map(({ kind }) => kind))
  }
  return { floor, decisions }
}

describe('the floor', () => {
  it('goes through a turn: speech, pause, thinking, agent, open', () => {
    const line: readonly Evidence[] = [
      { kind: 'speech-start', atMs: 0 },
      { kind: 'speech-end', atMs: 800 },
      { kind: 'transcript', atMs: 800, startMs: 0, text: 'hello', final: true },
      { kind: 'timer', atMs: 1_500, timer: 'endpoint' },
      { kind: 'reply-audible', atMs: 1_600, reply },
      { kind: 'reply-ended', atMs: 3_000, reply },
    ]
    const { floor, decisions } = run('open', line, defaultTurnPolicy, 'silent')
    expect(floor).toBe('open')
    expect(decisions).toEqual(['turn-open', 'await-end', 'prepare', 'await-end', 'turn-commit'])
  })

  it('ducks at a sound that may be voice, and takes it back when it was none', () => {
    expect(run('agent', [{ kind: 'onset', atMs: 0 }])).toEqual({ floor: 'overlap', decisions: ['duck'] })
    expect(run('overlap', [{ kind: 'onset-lost', atMs: 90 }], defaultTurnPolicy, 'silent')).toEqual({
      floor: 'agent',
      decisions: ['disarm', 'resume'],
    })
  })

  it('does with an overlap as it was ruled', () => {
    const ruled = (ruling: 'hold' | 'claim' | 'pass', voice: CallerVoice) =>
      run('overlap', [{ kind: 'ruling', atMs: 300, ruling, reasons: [] }], defaultTurnPolicy, voice)
    expect(ruled('hold', 'speaking')).toEqual({ floor: 'overlap', decisions: ['hold'] })
    expect(ruled('claim', 'speaking')).toEqual({
      floor: 'user',
      decisions: ['disarm', 'barge-in', 'turn-open'],
    })
    expect(ruled('claim', 'spoke')).toEqual({
      floor: 'pause',
      decisions: ['disarm', 'barge-in', 'turn-open', 'await-end'],
    })
    expect(ruled('pass', 'spoke')).toEqual({ floor: 'agent', decisions: ['disarm', 'resume'] })
    expect(ruled('pass', 'speaking')).toEqual({ floor: 'overlap', decisions: ['resume'] })
  })

  it('keeps talking over the caller when the policy says so', () => {
    const policy = { ...defaultTurnPolicy, bargeIn: 'none' as const }
    expect(run('agent', [{ kind: 'speech-start', atMs: 0 }], policy)).toEqual({
      floor: 'overlap',
      decisions: [],
    })
  })

  it('hears a caller who could not interrupt and still speaks when the agent is done', () => {
    const policy = { ...defaultTurnPolicy, bargeIn: 'none' as const }
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

  it('gives an answer that is asked for when nobody is talked over and no other is made', () => {
    const asked: Evidence = { kind: 'end-of-turn', atMs: 0, source: 'asked' }
    const given = (floor: Floor, more: Partial<Moment> = {}) => {
      const [next, ...decisions] = step(floor, asked, { ...moment('silent'), ...more })
      return [next, ...decisions.map(({ kind }) => kind)]
    }
    expect(given('open')).toEqual(['thinking', 'turn-open', 'turn-commit'])
    expect(given('open', { turn: 'unanswered' })).toEqual(['thinking', 'answer'])
    expect(given('user', { turn: 'open' })).toEqual(['user', 'answer-later'])
    expect(given('pause', { turn: 'open' })).toEqual(['pause', 'answer-later'])
    for (const floor of ['thinking', 'agent', 'overlap'] as const) {
      expect(given(floor)).toEqual([floor])
      expect(given(floor, { made: true })).toEqual([floor, 'answer-later'])
    }
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
          const [next, ...made] = step(from, piece, moment('spoke'))
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
