import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitClauses } from './split-clauses.js'

function whole(text: string, options = {}): string[] {
  const splitter = splitClauses(options)
  return [...splitter.feed(text), ...splitter.end()].map(clause => clause.trim())
}

function byCharacter(text: string): string[] {
  const splitter = splitClauses()
  return [...[...text].flatMap(character => splitter.feed(character)), ...splitter.end()].map(clause =>
    clause.trim(),
  )
}

describe('splitClauses', () => {
  it('gives the first clause at its comma and later ones by the sentence', () => {
    expect(whole('Good morning, this is the desk. It is open, as you see. Bye.')).toEqual([
      'Good morning,',
      'this is the desk.',
      'It is open, as you see.',
      'Bye.',
    ])
  })

  it('gives a sentence as soon as the space after it is there', () => {
    const splitter = splitClauses()
    expect(splitter.feed('Hello there.')).toEqual([])
    expect(splitter.feed(' ')).toEqual(['Hello there. '])
  })

  it.each([
    ['It costs 3.14 dollars today. Fine.', ['It costs 3.14 dollars today.', 'Fine.']],
    ['Cuesta 1.000,50 euros al mes. Bien.', ['Cuesta 1.000,50 euros al mes.', 'Bien.']],
    ['Dr. Smith is in. Mrs. Jones is not.', ['Dr. Smith is in.', 'Mrs. Jones is not.']],
    ['El Sr. Pérez y la Sra. Díaz. Ya vienen.', ['El Sr. Pérez y la Sra. Díaz.', 'Ya vienen.']],
    ['Vive en EE. UU. desde mayo. Bien.', ['Vive en EE. UU. desde mayo.', 'Bien.']],
    ['Vive en EE. UU. Allí trabaja.', ['Vive en EE. UU.', 'Allí trabaja.']],
    ['Fruta, p. ej. manzanas. Vale.', ['Fruta, p. ej. manzanas.', 'Vale.']],
    ['Some fruit, e.g. apples. Fine.', ['Some fruit,', 'e.g. apples.', 'Fine.']],
    ['We open at 9 a.m. on Monday. Come.', ['We open at 9 a.m. on Monday.', 'Come.']],
    ['Well... I see. Good.', ['Well...', 'I see.', 'Good.']],
    ['Well... maybe so. Good.', ['Well... maybe so.', 'Good.']],
    ['She said "Stop. Now." and left. Then rain.', ['She said "Stop. Now." and left.', 'Then rain.']],
    ['Dijo «Basta. Ya.» y se fue. Llovía.', ['Dijo «Basta. Ya.» y se fue.', 'Llovía.']],
    ['¿Cómo está? ¡Bien! Gracias.', ['¿Cómo está?', '¡Bien!', 'Gracias.']],
    ['Take No. 5 now. No. I will not.', ['Take No. 5 now.', 'No.', 'I will not.']],
    ['1. Open the box. 2. Look.', ['1. Open the box.', '2. Look.']],
    ['The codes 10, 20, 30 are free. Yes.', ['The codes 10, 20, 30 are free.', 'Yes.']],
    ["It's J. Smith. Don't wait.", ["It's J. Smith.", "Don't wait."]],
  ])('cuts %j where a speaker would', (text, clauses) => {
    expect(whole(text)).toEqual(clauses)
    expect(byCharacter(text)).toEqual(clauses)
  })

  it('cuts at a new paragraph even without a mark', () => {
    expect(whole('Title\n\nThe text.')).toEqual(['Title', 'The text.'])
  })

  it('holds the limit when nothing ends, at a space and not in a number', () => {
    const clauses = whole(`${'word '.repeat(30)}1 000 000 ${'more '.repeat(60)}`, { max: 160 })
    expect(Math.max(...clauses.map(clause => clause.length))).toBeLessThanOrEqual(160)
    expect(clauses.some(clause => clause.includes('1 000 000'))).toBe(true)
  })

  it('holds the limit when a sentence ends just behind it', () => {
    for (let length = 70; length < 90; length++) {
      const clauses = whole(`${'a'.repeat(20)} ${'b'.repeat(length - 21)}?!"). End.`, { max: 80 })
      expect(Math.max(...clauses.map(clause => clause.length))).toBeLessThanOrEqual(80)
    }
  })

  it('goes on after a quote that is never closed', () => {
    const clauses = whole(`He said "${'one two three. '.repeat(40)}`, { max: 100 })
    expect(clauses.length).toBeGreaterThan(4)
  })

  it('says nothing of white space alone', () => {
    expect(whole(' \n ')).toEqual([])
  })

  it('loses and adds nothing, whatever the text and the pieces it comes in', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '. ',
        ', ',
        '...',
        '"',
        ' «',
        '» ',
        ' ',
        'Dr. ',
        '3.14',
        '1.000,50 ',
        '\n',
        'EE. UU. ',
        '¿',
        '? ',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.lorem({ maxCount: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
        const splitter = splitClauses({ max: 80 })
        const clauses = [...pieces.flatMap(text => splitter.feed(text)), ...splitter.end()]
        expect(clauses.join('').trimEnd()).toBe(pieces.join('').trimEnd())
        for (const clause of clauses) expect(clause.trimEnd().length).toBeLessThanOrEqual(80)
        for (const clause of clauses) expect(clause).not.toBe('')
      }),
      { numRuns: 2_000 },
    )
  })

  it('finds the same clauses whether the text comes whole or by the character', () => {
    const text = fc
      .array(
        fc.constantFrom(
          'one',
          'Two',
          'Dr.',
          'etc.',
          '3.14',
          'no.',
          '5',
          'end.',
          'a,',
          'Sr.',
          '"q',
          'q"',
          'x...',
          'ok?',
        ),
        {
          maxLength: 40,
        },
      )
      .map(words => words.join(' '))
    fc.assert(
      fc.property(text, sample => {
        expect(byCharacter(sample)).toEqual(whole(sample))
      }),
      { numRuns: 500 },
    )
  })
})
