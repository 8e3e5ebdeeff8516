import { readFileSync } from 'node:fs'
import { defaultTurnPolicy, ParleyError, type TurnPolicy } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseScript } from './parse-script.js'
import { parseTurnPolicy } from './turn-policy.js'

const agent = (turns = '') => `agent: a
language: en
greeting: Hello.
${turns}
intents:
  bye: { phrases: bye, replies: Bye. }
fallback: Pardon?
`

function problemsOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof ParleyError) return error.message
    throw error
  }
  return ''
}

describe('the turn policy of an agent', () => {
  it('is the default where the file says nothing', () => {
    expect(parseScript(agent(), 'a.yaml').turns).toEqual(defaultTurnPolicy)
  })

  it('changes what is said and nothing else', () => {
    const { turns } = parseScript(
      agent('turns: { bargeIn: words, judge: { minWords: 3 }, deadAir: { fillers: One moment. } }'),
      'a.yaml',
    )
    expect(turns).toEqual({
      ...defaultTurnPolicy,
      bargeIn: 'words',
      judge: { ...defaultTurnPolicy.judge, minWords: 3 },
      deadAir: { ...defaultTurnPolicy.deadAir, fillers: ['One moment.'] },
    })
  })

  it('takes back a list by an empty one', () => {
    const base: TurnPolicy = {
      ...defaultTurnPolicy,
      deadAir: { ...defaultTurnPolicy.deadAir, fillers: ['So.'] },
    }
    expect(parseTurnPolicy('deadAir: { fillers: [] }', 'p.yaml', base).deadAir.fillers).toEqual([])
  })

  it('names a mistake with its line and what was meant', () => {
    const told = problemsOf(() =>
      parseScript(agent('turns:\n  endpoint:\n    minms: 100\n    vendor: maybe\n  barge_in: any'), 'a.yaml'),
    )
    expect(told).toContain('a.yaml:6:5: unknown key "minms" (did you mean "minMs"?)')
    expect(told).toContain('a.yaml:7:13: "turns.endpoint.vendor" must be one of evidence, decides, ignored')
    expect(told).toContain('a.yaml:8:3: unknown key "barge_in" (did you mean "bargeIn"?)')
  })

  it('refuses values outside their range, of the wrong kind, or against each other', () => {
    const told = (yaml: string) => problemsOf(() => parseTurnPolicy(yaml, 'p.yaml'))
    expect(told('endpoint: { confidence: 1 }')).toBe(
      'p.yaml:1:25: "endpoint.confidence" must be above 0 and below 1',
    )
    expect(told('judge: { minWords: 0 }')).toContain('"judge.minWords" must be from 1 to 20')
    expect(told('speculation: { perTurn: 1.5 }')).toContain('"speculation.perTurn" must be a whole number')
    expect(told('endpoint: soon')).toContain('"endpoint" must be a mapping (key: value)')
    expect(told('endpoint: { minMs: 900, maxMs: 300 }')).toContain(
      '1:20: "minMs" of "endpoint" must not be above "maxMs": 900, above 300',
    )
    expect(told('judge: { maxMs: 300 }')).toContain('1:17: "claimMs" of "judge" must not be above "maxMs"')
    expect(told('judge: { holdMs: 800 }')).toContain('"holdMs" of "judge" must not be above "claimMs"')
    expect(told('- 1')).toContain('the file must be a mapping (key: value)')
  })

  it('refuses a goodbye that nobody would hear, and texts with slots', () => {
    const told = (yaml: string) => problemsOf(() => parseTurnPolicy(yaml, 'p.yaml'))
    expect(told('deadAir: { goodbye: Bye. }')).toContain('"goodbye" is said after the last of "prompts"')
    expect(told('deadAir:\n  fillers:\n    - So.\n    - "Yes, {name}."')).toContain(
      'p.yaml:4:13: a text for dead air cannot hold a {slot}',
    )
  })

  it('stands alike in a policy file, under "turns", and in an agent file', () => {
    const policy = parseTurnPolicy('dtmf: ignore', 'p.yaml')
    expect(policy).toEqual({ ...defaultTurnPolicy, dtmf: 'ignore' })
    expect(parseTurnPolicy('turns: { dtmf: ignore }', 'p.yaml')).toEqual(policy)
    expect(parseTurnPolicy(agent('turns: { dtmf: ignore }'), 'a.yaml')).toEqual(policy)
    expect(problemsOf(() => parseTurnPolicy('turns: { dtmf: beep }', 'p.yaml'))).toContain(
      'p.yaml:1:16: "turns.dtmf" must be one of interrupt, ignore',
    )
    expect(parseTurnPolicy('', 'p.yaml')).toEqual(defaultTurnPolicy)
  })

  it('reads back every policy that was written out', () => {
    const ms = (least: number, most: number) => fc.integer({ min: least, max: most })
    const text = fc.constantFrom('One moment.', 'Un momento.', 'yes', '12', 'a: b # c')
    const policies: fc.Arbitrary<TurnPolicy> = fc.record({
      endpoint: fc.record({
        minMs: ms(0, 500),
        maxMs: ms(500, 9_000),
        confidence: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        vendor: fc.constantFrom('evidence', 'decides', 'ignored'),
      }),
      bargeIn: fc.constantFrom('any', 'words', 'none'),
      judge: fc.record({
        holdMs: ms(0, 200),
        claimMs: ms(200, 900),
        wordsMs: ms(0, 900),
        maxMs: ms(900, 3_000),
        minWords: ms(1, 9),
      }),
      dtmf: fc.constantFrom('interrupt', 'ignore'),
      speculation: fc.record({ perTurn: ms(0, 9), wastedMsPerMinute: ms(0, 60_000) }),
      deadAir: fc.record({
        fillers: fc.array(text, { maxLength: 3 }),
        fillerAfterMs: ms(200, 5_000),
        prompts: fc.array(text, { minLength: 1, maxLength: 3 }),
        promptAfterMs: ms(1_000, 60_000),
        goodbye: text,
      }),
    })
    fc.assert(
      fc.property(policies, policies, (policy, base) => {
        expect(parseTurnPolicy(stringify(policy), 'p.yaml', base)).toEqual(policy)
        expect(parseTurnPolicy(JSON.stringify(policy), 'p.json', base)).toEqual(policy)
      }),
    )
  })

  it('of the shipped agents fills the wait and asks who is still there, in their language', () => {
    for (const file of ['front-desk.en.yaml', 'recepcion.es.yaml']) {
      const path = new URL(`../../../../agents/${file}`, import.meta.url)
      const { deadAir } = parseScript(readFileSync(path, 'utf8'), file).turns
      expect(deadAir.fillers.length).toBeGreaterThan(0)
      expect(deadAir.prompts.length).toBeGreaterThan(0)
      expect(deadAir.goodbye).not.toBe('')
    }
  })
})
