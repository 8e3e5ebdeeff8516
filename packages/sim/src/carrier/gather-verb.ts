/** `<Gather>`: keys, until there are enough, one ends them, or none comes. */

import { countOf, type Verb } from './document.js'
import { actionOf, goTo, type Next, next, type Running } from './run-program.js'
import { quiet, soundVerb } from './sounds.js'
import { pending } from './waiting.js'

export async function gatherVerb(running: Running, verb: Verb): Promise<Next> {
  const { world, leg, signal } = running
  const most = countOf(verb, 'numDigits', { is: Number.POSITIVE_INFINITY, most: 1_000 })
  const waitMs = countOf(verb, 'timeout', { is: 5, most: 600 }) * 1_000
  const finish = verb.attributes.finishOnKey ?? '#'
  let digits = ''
  let over = false
  let pressed: () => void = () => {}
  // What is being said is cut short by the first key.
  const saying = new AbortController()
  const stop = () => saying.abort()
  signal.addEventListener('abort', stop, { once: true })
  const key = (digit: string) => {
    if (over) return
    saying.abort()
    if (digit === finish) over = true
    else digits += digit
    if (digits.length >= most) over = true
    pressed()
  }
  for (const child of verb.children) {
    if (saying.signal.aborted) break
    await soundVerb(world, leg, child, { signal: saying.signal, key })
  }
  signal.removeEventListener('abort', stop)
  while (!over && !signal.aborted) {
    const came = await pending<'key' | 'late'>(signal, done => {
      leg.circuit = { ...quiet, key }
      pressed = () => done('key')
      return world.clock.after(waitMs, () => done('late'))
    })
    if (came !== 'key') break
  }
  if (signal.aborted) return next
  world.note(leg, 'gather', digits)
  if (digits === '' && verb.attributes.actionOnEmptyResult !== 'true') return next
  const parameters = { Digits: digits, ...(over && digits.length < most ? { FinishedOnKey: finish } : {}) }
  if (verb.attributes.action !== undefined) return actionOf(running, verb, parameters)
  return running.documentUrl === undefined
    ? next
    : goTo(running, running.documentUrl, verb.attributes.method, parameters)
}
