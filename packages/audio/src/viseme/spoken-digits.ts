/** Figures as words, one by one: near enough for a mouth, since a longer number has the same words in it. */

const english = 'zero one two three four five six seven eight nine'.split(' ')
const spanish = 'cero uno dos tres cuatro cinco seis siete ocho nueve'.split(' ')

/** The word of one digit, in Spanish or English; empty for other numerals. */
export function spokenDigits(digit: string, language: string): string {
  return (/^es(?:-|$)/i.test(language) ? spanish : english)[Number(digit)] ?? ''
}
