import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saidSnippet } from './said-snippet.js'
import { mostTerms, searchTerms } from './search-terms.js'

const terms = (search: string) => searchTerms(search) ?? []
const marked = (text: string, search: string) =>
  saidSnippet(text, terms(search))
    .map(part => (part.hit ? `[${part.text}]` : part.text))
    .join('')

describe('what is looked for', () => {
  it('is words, of which the last may be only begun, and phrases', () => {
    expect(searchTerms('  cita "con la doctora" mañ')).toEqual([
      { text: 'cita', prefix: false },
      { text: 'con la doctora', prefix: false },
      { text: 'mañ', prefix: true },
    ])
  })

  it('ends with a closed quotation, or goes on in one that is still open', () => {
    expect(searchTerms('“la doctora”')).toEqual([{ text: 'la doctora', prefix: false }])
    expect(searchTerms('"con la doc')).toEqual([{ text: 'con la doc', prefix: true }])
  })

  it('is nothing without a character, and cannot be found without a word', () => {
    expect(searchTerms(undefined)).toBeUndefined()
    expect(searchTerms('   ')).toBeUndefined()
    for (const odd of ['???', '""', '" "', '\0', 'a\0b', '\ud800']) expect(searchTerms(odd)).toEqual([])
  })

  it('has an end', () => {
    expect(searchTerms('word '.repeat(100))).toHaveLength(mostTerms)
  })
})

describe('a snippet', () => {
  it('marks words whatever their accents and case, and only whole ones but for the last', () => {
    expect(marked('¿Mañana, o MANANA?', 'manana')).toBe('¿[Mañana], o [MANANA]?')
    expect(marked('una cita, citada', 'cita')).toBe('una [cita], [citada]')
    expect(marked('una cita, citada', '"cita"')).toBe('una [cita], citada')
  })

  it('marks a phrase as one, and words in a row only where they are in a row', () => {
    expect(marked('la doctora y la otra doctora', '"la doctora"')).toBe('[la doctora] y la otra doctora')
    expect(marked("I don't know", "don't")).toBe("I [don't] know")
  })

  it('shows about 180 characters around the first hit, cut between words', () => {
    const text = `${'before '.repeat(60)}needle ${'after '.repeat(60)}`
    const shown = marked(text, 'needle')
    expect(shown).toMatch(/^… before .*\[needle\] after .* …$/)
    expect(shown.length).toBeLessThan(200)
  })

  it('is what was said, whatever is looked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 150 }),
        fc.string({ maxLength: 40 }),
        (text, search) => {
          const parts = saidSnippet(text, terms(search))
          expect(parts.map(part => part.text).join('')).toBe(text)
        },
      ),
    )
  })
})
