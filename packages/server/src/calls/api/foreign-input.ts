/** What no field of the API may be, looked at before its schema: text that the database cannot keep, and bottomless JSON. */

import { ParleyError } from '@parley/core'
import { isStorable } from '@parley/platform'

const DEEPEST = 32

/** @throws ParleyError `bad_message` */
export function checkForeign(...inputs: readonly unknown[]): void {
  const waiting = inputs.map(value => ({ value, depth: 0 }))
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const { value, depth } = entry
    if (typeof value === 'string') checkText(value)
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue
    if (depth === DEEPEST)
      throw new ParleyError('bad_message', `JSON is taken ${DEEPEST} levels deep; send it flatter.`)
    for (const [name, child] of Object.entries(value)) {
      checkText(name)
      waiting.push({ value: child, depth: depth + 1 })
    }
  }
}

function checkText(text: string): void {
  if (isStorable(text)) return
  throw new ParleyError('bad_message', 'Text may not hold U+0000 or half of a surrogate pair.')
}
