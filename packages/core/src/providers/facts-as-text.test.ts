import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsAsText, withoutFacts } from './facts-as-text.js'

describe('facts as text', () => {
  it('say when each was true', () => {
    expect(factsAsText([{ source: 'stock', text: 'Three left.', asOfMs: 86_400_000 }])).toContain(
      '<facts>\n- [stock, as of 1970-01-02 00:00 UTC] Three left.\n</facts>',
    )
    expect(factsAsText([])).toBeUndefined()
  })

  it.each([1e20, -1e20, Number.NaN, Number.POSITIVE_INFINITY])('stand without the time %s', asOfMs => {
    expect(factsAsText([{ source: 'stock', text: 'Three left.', asOfMs }])).toContain('- [stock] Three left.')
  })

  it('are cut between characters', () => {
    const text = factsAsText([{ source: 'stock', text: `${'x'.repeat(999)}😀`, asOfMs: 0 }]) ?? ''
    expect(text).toContain(`${'x'.repeat(999)}\n</facts>`)
  })

  it('never close their block, open another or leave their line', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ source: fc.string(), text: fc.string({ unit: 'binary' }), asOfMs: fc.double() }),
          {
            minLength: 1,
          },
        ),
        facts => {
          const lines = (factsAsText(facts) ?? '').split('\n')
          expect(lines).toHaveLength(facts.length + 3)
          expect([lines[1], lines.at(-1)]).toEqual(['<facts>', '</facts>'])
          for (const line of lines.slice(2, -1)) expect(line).toMatch(/^- \[[^<>]*$/)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('can be taken out of a prompt again', () => {
    const block = factsAsText([{ source: 'a', text: 'b', asOfMs: 0 }])
    expect(withoutFacts(`How much?\n\n${block}`)).toBe('How much?')
    expect(withoutFacts('no facts')).toBe('no facts')
  })
})
