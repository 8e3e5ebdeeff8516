/** An event of the far end as its schema has it, or an error that names the field. */
import { ParleyError } from '@parley/core'
import {
  type SocketioClientEvent,
  type SocketioPayload,
  socketioClientEvents,
  socketioEventOf,
} from '@parley/protocol'

/** An event with its payload, told apart by its name. */
export type ReadEvent = {
  [Name in SocketioClientEvent]: { readonly name: Name; readonly payload: SocketioPayload<Name> }
}[SocketioClientEvent]

/** Throws `bad_message`. What the far end wrote is never repeated but for the name of a known event. */
export function readEvent(spelling: string, payload: unknown): ReadEvent {
  const name = socketioEventOf(spelling)
  if (name === undefined) {
    const known = Object.keys(socketioClientEvents).join(', ')
    throw new ParleyError('bad_message', `No such event; there are ${known}.`)
  }
  // A client that has nothing to say may say null.
  const parsed = socketioClientEvents[name].schema.safeParse(payload ?? undefined)
  if (parsed.success) return { name, payload: parsed.data } as ReadEvent
  const [issue] = parsed.error.issues
  const field = (issue?.path.join('.') || 'payload').slice(0, 80)
  throw new ParleyError('bad_message', `\`${field}\` of \`${name}\`: ${issue?.message ?? 'not valid'}.`)
}
