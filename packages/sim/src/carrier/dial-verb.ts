/** `<Dial>` of a number: a leg of its own, rung, asked by a whisper, joined with the one that dials. */

import { countOf, type Verb } from './document.js'
import { type Circuit, isOver, type Leg } from './leg.js'
import { actionOf, goTo, type Next, next, type Running } from './run-program.js'
import { quiet, ringing } from './sounds.js'
import { secondsOf } from './tell-status.js'
import { pending } from './waiting.js'

export async function dialVerb(running: Running, verb: Verb): Promise<Next> {
  const { world, leg, signal } = running
  const targets = targetsOf(verb)
  if (targets.length === 0) {
    world.complain(`${leg.sid}: <Dial> without a number`)
    return next
  }
  const ringMs = countOf(verb, 'timeout', { is: 30, most: 600 }) * 1_000
  const from = verb.attributes.callerId ?? (leg.direction === 'inbound' ? leg.from : leg.to)
  const legs = targets.map(target => ({
    target,
    child: running.board.create({
      direction: 'outbound-dial',
      from,
      to: target.to,
      parent: leg.sid,
      party: world.partyAt(target.to),
      instructions: {},
      ringMs,
      limitMs: countOf(verb, 'timeLimit', { is: 14_400, most: 86_400 }) * 1_000,
    }),
  }))
  leg.circuit = ringing()
  world.note(leg, 'dial', targets.map(({ to }) => to).join(' '))
  const answered = await pending<(typeof legs)[number]>(signal, done => {
    let left = legs.length
    for (const each of legs) {
      each.child.gone.signal.addEventListener('abort', () => {
        left -= 1
        if (left === 0) done(each)
      })
      running.board.ring(each.child, () => done(each))
    }
    return undefined
  })
  // The first to answer has the call, the others stop ringing.
  for (const { child } of legs) if (child !== answered?.child) running.board.end(child, 'canceled', 487)
  if (answered === undefined) return next
  const { child } = answered
  const { program } = child
  const bridged = await join(running, child, answered.target)
  const elsewhere = child.program !== program
  if (!elsewhere) running.board.end(child, 'completed')
  if (signal.aborted) return next
  world.note(leg, 'dialled', `${child.status}${bridged ? '' : ', never joined'}`)
  return actionOf(running, verb, {
    DialCallStatus: elsewhere ? 'completed' : child.status,
    DialCallSid: child.sid,
    DialBridged: String(bridged),
    ...(child.answeredAtMs === undefined ? {} : { DialCallDuration: String(secondsOf(child)) }),
  })
}

interface Target {
  readonly to: string
  readonly url: string | undefined
  readonly method: string | undefined
}

function targetsOf(verb: Verb): Target[] {
  const numbers = verb.children.filter(({ name }) => name === 'Number' || name === 'Sip')
  if (numbers.length === 0)
    return verb.text === '' ? [] : [{ to: verb.text, url: undefined, method: undefined }]
  return numbers.map(({ text, attributes }) => ({ to: text, url: attributes.url, method: attributes.method }))
}

/** Whether the two were joined at all. */
async function join(running: Running, child: Leg, { url, method }: Target): Promise<boolean> {
  const { leg, signal, world } = running
  if (isOver(child.status)) return false
  const stop = () => running.board.end(child, 'completed')
  signal.addEventListener('abort', stop, { once: true })
  if (url !== undefined) {
    const whisper = goTo(running, url, method)
    if (whisper.kind === 'goto') await running.follow(child, whisper, child.program.signal)
  }
  if (isOver(child.status) || signal.aborted) return false
  const [ours, theirs] = bridge()
  leg.circuit = ours
  child.circuit = theirs
  world.note(leg, 'joined', child.sid)
  await pending<true>(signal, done => {
    const over = () => done(true)
    child.gone.signal.addEventListener('abort', over)
    // Somebody may send the other side on by itself.
    child.program.signal.addEventListener('abort', over)
    if (isOver(child.status)) over()
    return () => {
      leg.circuit = quiet
    }
  })
  signal.removeEventListener('abort', stop)
  return true
}

/** Two circuits of which each hears the other, a frame later. */
function bridge(): [Circuit, Circuit] {
  let first: Int16Array | undefined
  let second: Int16Array | undefined
  return [
    {
      exchange(mouth) {
        first = mouth
        const heard = second
        second = undefined
        return heard
      },
    },
    {
      exchange(mouth) {
        second = mouth
        const heard = first
        first = undefined
        return heard
      },
    },
  ]
}
