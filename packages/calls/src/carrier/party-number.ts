/** Numbers as carriers write them. */

import { ParleyError } from '@parley/core'

/** E.164: `+` and 2 to 15 digits. @throws ParleyError `bad_number` */
export function checkE164(number: string, whose: 'to' | 'from'): string {
  if (/^\+[1-9]\d{1,14}$/.test(number)) return number
  throw new ParleyError(
    'bad_number',
    `The number ${whose === 'to' ? 'to be called' : 'that calls'} is not one; write it with + and the country, as in +15551234567.`,
    { details: { placed: 'no', whose } },
  )
}

/** Words and numbers that stand for a caller who hides theirs, without the `+`. */
const hidden =
  /^(anonymous|restricted|unknown|unavailable|private|blocked|266696687|7378742833|2562533|8656696|86282452253)$/i

/** Of a caller or who was called; empty where it is hidden, undefined where there is none or it is longer than 128. */
export function partyOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 128) return undefined
  const plain = text.trim()
  const bare = plain.replace(/^\+/, '')
  if (hidden.test(bare)) return ''
  // A form that was not escaped makes a space of the plus.
  return /^ ?\d{6,15}$/.test(text) && !plain.startsWith('+') && text.startsWith(' ') ? `+${bare}` : plain
}
