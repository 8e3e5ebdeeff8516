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

/** Read as one, and so never cut. */
const unsplit = [
  '1,234.56',
  '1.234,56',
  '1 234 567',
  '3.14',
  '$5.50',
  '5,50 €',
  'US$ 1,200',
  'US$1,200.00',
  '£3.20',
  'S/. 20',
  'MX$ 300',
  'EUR 45,50',
  '$1.2 million',
  '20 mil',
  '12,5 %',
  'Rs. 500',
  'Nov. 26, 2026',
  'November 26, 2026',
  'Nov. 26th, 2026',
  'Thursday, Nov. 26, 2026',
  'Mon., Dec. 7',
  '26 de nov. de 2026',
  '26 de noviembre de 2026',
  'jueves, 26 de noviembre',
  'sáb. 3 de ene.',
  '26 Nov. 2026',
  '26/11/2026',
  '2026-11-26',
  '3:30 p.m.',
  '3:30 p. m.',
  '9 a.m. ET',
  '15.30 h',
  '15:30',
  '1.º',
  '2.ª',
  '2nd. floor',
  'No. 5',
  'Nos. 5',
  'núm. 7',
  'n.º 7',
  'n. 7',
  'art. 14',
  'pág. 12',
  'vol. 2',
  'https://a.example.com/x?y=1.5&z=2',
  'info@example.co.uk',
  'v1.2.3',
  'Node.js',
  'Dr. Smith',
  'Sra. Díaz',
  'St. James',
  'J. R. R. Tolkien',
  'Prof. Dr. Kim',
  'EE. UU.',
  'U.S. Senate',
  'p. ej. esto',
  'e.g. Apple',
  'i.e. that',
] as const

const crumbs = [
  '. ',
  ', ',
  '...',
  '"',
  '«',
  '»',
  ' (',
  ') ',
  'I. ',
  '1. ',
  '2. ',
  'a) ',
  'B. ',
  'Then ',
  'El ',
  '\n- ',
  '**',
  '¿',
  '? ',
  '。',
  '😀',
  '…”',
  'etc.',
  'a.m.',
  'Ud. ',
]

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

  it.each([
    ['It is 1,234.56 in all. Good.', ['It is 1,234.56 in all.', 'Good.']],
    ['It costs US$ 5. Fine.', ['It costs US$ 5.', 'Fine.']],
    ['Cuesta S/. 20 o 5,50 €. Vale.', ['Cuesta S/. 20 o 5,50 €.', 'Vale.']],
    ['Come on Nov. 26, 2026 at noon. Bye.', ['Come on Nov. 26, 2026 at noon.', 'Bye.']],
    ['It was Thursday, Nov. 26, 2026. Bye.', ['It was Thursday, Nov. 26, 2026.', 'Bye.']],
    ['Fue el 26 de nov. de 2026. Bien.', ['Fue el 26 de nov. de 2026.', 'Bien.']],
    ['Es el jueves, 26 de noviembre. Bien.', ['Es el jueves, 26 de noviembre.', 'Bien.']],
    ['It was in Nov. Then came snow.', ['It was in Nov.', 'Then came snow.']],
    ['At 3:30 p.m. Monday we meet. Ok.', ['At 3:30 p.m. Monday we meet.', 'Ok.']],
    ['We close at 5 p.m. Then we go.', ['We close at 5 p.m.', 'Then we go.']],
    ['Es a las 3:30 p. m. Luego cenamos.', ['Es a las 3:30 p. m.', 'Luego cenamos.']],
    ['Llega a las 15.30 h. Luego cena.', ['Llega a las 15.30 h.', 'Luego cena.']],
    ['El 1.º y el 2.º piso. Suba.', ['El 1.º y el 2.º piso.', 'Suba.']],
    ['It is the 2nd. Take it.', ['It is the 2nd.', 'Take it.']],
    ['Vea el núm. 7 y la pág. 12. Gracias.', ['Vea el núm. 7 y la pág. 12.', 'Gracias.']],
    ['The U.S. Senate met. Then it left.', ['The U.S. Senate met.', 'Then it left.']],
    ['He lives in the U.S. They do not.', ['He lives in the U.S.', 'They do not.']],
    ['Take plan B. Then wait.', ['Take plan B.', 'Then wait.']],
    ['So do I. Peter agrees.', ['So do I.', 'Peter agrees.']],
    ['J. R. R. Tolkien wrote it. Read it.', ['J. R. R. Tolkien wrote it.', 'Read it.']],
    [
      'See example.com. Then write to me@example.com. Bye.',
      ['See example.com.', 'Then write to me@example.com.', 'Bye.'],
    ],
    ['Use v1.2.3. It is new.', ['Use v1.2.3.', 'It is new.']],
    ['You can: 1. pay now, 2. wait. Choose.', ['You can: 1. pay now,', '2. wait.', 'Choose.']],
    ['1. First\n2. Second\n', ['1. First', '2. Second']],
    ['1.\nFirst.\n2.\nSecond.', ['1.\nFirst.', '2.\nSecond.']],
    ['a) Pague ahora. b) Espere.', ['a) Pague ahora.', 'b) Espere.']],
    ['- First\n- Second: 2.5 km\n', ['- First', '- Second: 2.5 km']],
    ['It was 5, 6, 7. Then 8.', ['It was 5, 6, 7.', 'Then 8.']],
    ['In 2026. That is soon.', ['In 2026.', 'That is soon.']],
    ['**Bold.** Next *one!* Last.', ['**Bold.**', 'Next *one!*', 'Last.']],
    ['Books, pens, etc. are here. Look.', ['Books, pens,', 'etc. are here.', 'Look.']],
    ['Go (see No. 5. Then come) now. Ok.', ['Go (see No. 5. Then come) now.', 'Ok.']],
    ['Gracias a Ud. Adiós.', ['Gracias a Ud.', 'Adiós.']],
    ['Acme Inc., which we like, is big. Yes.', ['Acme Inc.,', 'which we like, is big.', 'Yes.']],
  ])('keeps together what is read together: %j', (text, clauses) => {
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
      { numRuns: 1_000 },
    )
  })

  it('finds the same clauses in whatever pieces the text comes', () => {
    const piece = fc.oneof(
      fc.constantFrom(...unsplit, ...crumbs),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.lorem({ maxCount: 2 }),
    )
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '', '\n', '  ')), { maxLength: 30 }),
        sizes,
        fc.integer({ min: 30, max: 120 }),
        (pieces, chunks, max) => {
          const text = pieces.flat().join('')
          const atOnce = splitClauses({ max })
          const expected = [...atOnce.feed(text), ...atOnce.end()]
          const splitter = splitClauses({ max })
          const clauses: string[] = []
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const size = chunks[turn % chunks.length] ?? 1
            clauses.push(...splitter.feed(text.slice(at, at + size)))
            at += size
          }
          clauses.push(...splitter.end())
          expect(clauses).toEqual(expected)
          expect(clauses.join('').trimEnd()).toBe(text.trimEnd())
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('never cuts inside a number, a sum, a date, a name or an address, even at the limit', () => {
    const words = fc.constantFrom('and', 'then', 'with', 'para', 'desde', 'over there', 'también', 'we think')
    const sentence = fc
      .array(fc.tuple(words, fc.constantFrom(...unsplit)), { minLength: 1, maxLength: 8 })
      .chain(parts => fc.tuple(fc.constant(parts), fc.constantFrom('so.', 'yes!', 'no?', 'ahora,', 'fin:')))
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 60, max: 200 }),
        (all, max) => {
          let text = ''
          const spans: { readonly from: number; readonly to: number; readonly atom: string }[] = []
          for (const [parts, mark] of all) {
            for (const [word, atom] of parts) {
              text += `${word} `
              spans.push({ from: text.length, to: text.length + atom.length, atom })
              text += `${atom} `
            }
            text += `${mark} `
          }
          const splitter = splitClauses({ max })
          let end = 0
          for (const clause of [...splitter.feed(text), ...splitter.end()]) {
            end += clause.length
            const cut = spans.find(({ from, to }) => end > from && end < to)
            expect(cut === undefined ? '' : `${cut.atom} in ${JSON.stringify(clause)}`).toBe('')
          }
        },
      ),
      { numRuns: 1_000 },
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
