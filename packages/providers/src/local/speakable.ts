/**
 * What flite can say of a word as it was written. It knows English in ASCII; typographic marks become their plain forms,
 * accents go, the rest is left out. A word of which nothing is left is not spoken.
 */

const replacements: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201b\u2032]/g, "'"],
  [/[\u201c\u201d\u201e\u00ab\u00bb\u2033]/g, '"'],
  [/[\u2010\u2011]/g, '-'],
  [/[\u2012-\u2015]/g, ', '],
  [/\u2026/g, '...'],
  [/\u20ac\s?([\d.,]*\d)/g, '$1 euros'],
  [/\u00a3\s?([\d.,]*\d)/g, '$1 pounds'],
  [/\u20ac/g, ' euros '],
  [/\u00a3/g, ' pounds '],
  [/\u00b0/g, ' degrees '],
  [/\u00df/g, 'ss'],
  [/\u00e6/gi, 'ae'],
  [/\u00f8/gi, 'o'],
  [/\u0142/gi, 'l'],
]

/** The word for flite, empty if it cannot be said. */
export function speakable(word: string): string {
  const plain = replacements.reduce((text, [from, to]) => text.replace(from, to), word)
  const ascii = plain
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return /[a-z0-9]/i.test(ascii) ? ascii : ''
}
