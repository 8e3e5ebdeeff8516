import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEarlyOnset, type OnsetCues } from './early-onset.js'

type Step = Omit<OnsetCues, 'endMs'>

const quiet: Step = { riseDb: 0, voicing: 0, voice: 0.01 }
const vowel: Step = { riseDb: 25, voicing: 0.9, voice: 0.1 }
const rattle: Step = { riseDb: 14, voicing: 0.1, voice: 0.01 }

/** Feeds stretches of steps, 4 ms each; what was said, with the end of the step in which it was. */
function hear(
  onset: ReturnType<typeof createEarlyOnset>,
  ...stretches: readonly (readonly [Step, number])[]
) {
  const said: string[] = []
  let endMs = 0
  for (const [step, forMs] of stretches) {
    for (let ms = 0; ms < forMs; ms += 4) {
      endMs += 4
      const change = onset.step({ ...step, endMs })
      if (change !== undefined) said.push(`${change} ${endMs}`)
    }
  }
  return said
}

describe('an early onset', () => {
  it('is raised within two steps of a loud vowel and dated where it began', () => {
    const onset = createEarlyOnset()
    expect(hear(onset, [quiet, 100], [vowel, 60])).toEqual(['onset 108'])
    expect(onset.onsetMs).toBe(100)
  })

  it('is lost when nothing has confirmed it after 140 ms, and not raised again for the same sound', () => {
    expect(hear(createEarlyOnset(), [quiet, 100], [vowel, 1000])).toEqual(['onset 108', 'onset-lost 248'])
  })

  it('is lost sooner when the sound went away', () => {
    expect(hear(createEarlyOnset(), [quiet, 100], [vowel, 20], [quiet, 200])).toEqual([
      'onset 108',
      'onset-lost 160',
    ])
  })

  it('is raised no more for a rattle that came to nothing before, but still for a voice', () => {
    const onset = createEarlyOnset()
    const burst = [
      [rattle, 40],
      [quiet, 200],
    ] as const
    expect(hear(onset, ...burst, ...burst, ...burst, ...burst)).toHaveLength(2)
    expect(hear(onset, [vowel, 60])).toHaveLength(1)
  })

  it('is over without a loss when it was confirmed', () => {
    const onset = createEarlyOnset()
    hear(onset, [vowel, 20])
    onset.confirm()
    expect(onset.pending).toBe(false)
    expect(onset.rest()).toBeUndefined()
  })

  it('alternates with its loss whatever is heard', () => {
    const step = fc.record({
      riseDb: fc.integer({ min: -10, max: 40 }),
      voicing: fc.double({ min: 0, max: 1, noNaN: true }),
      voice: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.integer({ min: 4, max: 300 })), { maxLength: 60 }),
        stretches => {
          const kinds = hear(createEarlyOnset(), ...stretches).map(said => said.split(' ')[0])
          expect(kinds).toEqual(kinds.map((_, i) => (i % 2 === 0 ? 'onset' : 'onset-lost')))
        },
      ),
    )
  })
})
