import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cues, silentCues } from '../ear/cues.js'
import { defaultTurnPolicy } from '../floor/policy.js'
import { turnWordsOf } from '../language/index.js'
import { createJudge } from './create-judge.js'
import type { OverlapBegin, Ruling } from './judge.js'

const policy = defaultTurnPolicy.judge
const FRAME_MS = 20
const voice: Cues = {
  ...silentCues,
  durationMs: FRAME_MS,
  voice: 0.95,
  levelDb: -25,
  noiseDb: -60,
  pitchHz: 180,
  voicing: 0.9,
}

function setUp(more: Partial<OverlapBegin> = {}) {
  const judge = createJudge(policy, turnWordsOf('en'))
  const overlap = { atMs: 10_000, heardMs: 5_000, leftMs: 8_000, bargeIn: 'any' as const, ...more }
  const rulings: Ruling[] = []
  const take = (ruling: Ruling | undefined) => void (ruling !== undefined && rulings.push(ruling))
  judge.begin(overlap)
  return {
    judge,
    rulings,
    kinds: () => rulings.map(({ ruling }) => ruling),
    begin: (atMs: number) => judge.begin({ ...overlap, atMs }),
    hear(ms: number, cues: Partial<Cues> = {}, sure = true) {
      for (let done = 0; done < ms; done += FRAME_MS) take(judge.hear({ ...voice, ...cues }, sure))
    },
    words: (text: string, final = false) => take(judge.words({ text, final, atMs: 10_300 })),
    end: (atMs = 10_300) => take(judge.end(atMs)),
    decide: (atMs = 10_500) => take(judge.decide(atMs)),
  }
}

const reasonsOf = (ruling: Ruling | undefined) => ruling?.reasons.map(({ kind }) => kind)

describe('the judge, by sound', () => {
  it('first silences the agent, then gives the floor to a voice that goes on', () => {
    const { hear, kinds, rulings } = setUp()
    hear(policy.claimMs)
    expect(kinds()).toEqual(['hold', 'claim'])
    expect(rulings[0]?.reasons).toEqual([{ kind: 'voiced-ms', value: policy.holdMs }])
  })

  it('lets a short voice pass, once no words have come', () => {
    const { hear, end, decide, kinds } = setUp()
    hear(300)
    end()
    expect(kinds()).toEqual(['hold'])
    decide()
    expect(kinds()).toEqual(['hold', 'pass'])
  })

  it('does not wait for the words of a blip', () => {
    const { hear, end, kinds } = setUp()
    hear(80)
    end()
    expect(kinds()).toEqual(['pass'])
  })

  it('counts neither the agent’s own echo nor somebody in the background', () => {
    const { hear, end, rulings } = setUp()
    hear(1_000, { echo: 0.9 })
    hear(1_000, { levelDb: -55 })
    hear(1_000, { voice: 0.2 })
    end()
    expect(rulings).toMatchObject([{ ruling: 'pass' }])
    expect(reasonsOf(rulings[0])).toContain('echoed-ms')
  })

  it('gives nobody the floor while the ear is not sure that it is a voice', () => {
    const { hear, kinds } = setUp()
    hear(1_000, {}, false)
    expect(kinds()).toEqual(['hold'])
  })

  it('needs less voice from who was talked on over a moment ago, and forgets it', () => {
    const { hear, end, decide, begin, kinds } = setUp()
    hear(300)
    end()
    decide()
    begin(12_000)
    hear(policy.claimMs - 250)
    expect(kinds().at(-1)).toBe('claim')
    const late = setUp()
    late.hear(300)
    late.end()
    late.decide()
    late.begin(20_000)
    late.hear(policy.claimMs - 250)
    expect(late.kinds().at(-1)).toBe('hold')
  })

  it('needs less voice where the agent had hardly begun', () => {
    const { hear, kinds } = setUp({ heardMs: 300 })
    hear(policy.claimMs - 200)
    expect(kinds()).toEqual(['hold', 'claim'])
  })

  it('needs more of a voice softer than the caller usually is, and less of a louder one', () => {
    const neededMs = (levelDb: number) => {
      const { judge } = setUp()
      for (let ms = 0; ms < 2_000; ms += FRAME_MS) judge.learn(voice)
      judge.begin({ atMs: 20_000, heardMs: 5_000, leftMs: 0, bargeIn: 'any' })
      let ms = FRAME_MS
      while (judge.hear({ ...voice, levelDb }, true)?.ruling !== 'claim') ms += FRAME_MS
      return ms
    }
    expect(neededMs(-15)).toBeLessThan(neededMs(-25))
    expect(neededMs(-37)).toBeGreaterThan(neededMs(-25))
  })

  it('may still give the floor to a voice that was let pass and goes on', () => {
    const { hear, decide, kinds } = setUp()
    hear(400)
    decide()
    hear(400)
    expect(kinds()).toEqual(['hold', 'pass', 'claim'])
  })
})

describe('the judge, by words', () => {
  it('gives the floor at once to words that ask for it', () => {
    const { hear, words, rulings } = setUp()
    hear(200)
    words('wait')
    expect(rulings.at(-1)).toMatchObject({ ruling: 'claim' })
    expect(rulings.at(-1)?.reasons).toContainEqual({ kind: 'command', text: 'wait' })
  })

  it('lets words pass that only say "I am listening", and takes longer to believe a voice that says them', () => {
    const { hear, words, end, kinds } = setUp()
    hear(300)
    words('mm-hm yeah')
    hear(policy.claimMs - 300)
    expect(kinds()).toEqual(['hold'])
    end()
    expect(kinds()).toEqual(['hold', 'pass'])
  })

  it('gives the floor to any other words: two of them, or one that is final', () => {
    const two = setUp()
    two.words('the bill')
    expect(two.kinds()).toEqual(['claim'])
    const one = setUp()
    one.words('billing')
    expect(one.kinds()).toEqual([])
    one.words('billing', true)
    expect(one.kinds()).toEqual(['claim'])
  })

  it('hears a command that comes after the overlap was let pass', () => {
    const { hear, end, decide, words, kinds } = setUp()
    hear(300)
    end()
    decide()
    words('hold on', true)
    expect(kinds()).toEqual(['hold', 'pass', 'claim'])
  })

  it('yields to words alone where the reply wants it so', () => {
    const { hear, end, words, kinds } = setUp({ bargeIn: 'words' })
    hear(1_400)
    expect(kinds()).toEqual([])
    end()
    words('please')
    expect(kinds()).toEqual([])
    words('please stop that now', true)
    expect(kinds()).toEqual(['claim'])
  })
})

describe('whatever is heard', () => {
  const input = fc.oneof(
    fc.record({
      kind: fc.constant('hear' as const),
      cues: fc.record({
        voice: fc.double({ min: 0, max: 1, noNaN: true }),
        echo: fc.double({ min: 0, max: 1, noNaN: true }),
        levelDb: fc.double({ min: -80, max: 0, noNaN: true }),
        voicing: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      ms: fc.integer({ min: 20, max: 600 }),
    }),
    fc.record({
      kind: fc.constant('words' as const),
      text: fc.constantFrom('yeah', 'stop', 'the bill', 'uh', '', 'mm-hm'),
      final: fc.boolean(),
    }),
    fc.record({ kind: fc.constantFrom('end' as const, 'decide' as const) }),
  )

  it('holds at most once, claims at most once, and says nothing after that', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 20 }), inputs => {
        const run = () => {
          const talk = setUp()
          for (const each of inputs) {
            if (each.kind === 'hear') talk.hear(each.ms, each.cues)
            if (each.kind === 'words') talk.words(each.text, each.final)
            if (each.kind === 'end') talk.end()
            if (each.kind === 'decide' && !talk.kinds().includes('claim')) talk.decide()
          }
          return talk
        }
        const { rulings, kinds } = run()
        expect(run().rulings).toEqual(rulings)
        expect(kinds().filter(kind => kind === 'hold').length).toBeLessThanOrEqual(1)
        const claimed = kinds().indexOf('claim')
        if (claimed >= 0) expect(kinds().slice(claimed)).toEqual(['claim'])
        for (const { reasons } of rulings) expect(reasons.length).toBeGreaterThan(0)
      }),
    )
  })
})
