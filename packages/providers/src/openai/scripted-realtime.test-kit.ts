/** A Realtime server that says exactly what a test wants, in place of a socket. */

import { type ScriptedSocket, type ScriptedWorld, scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { tellingKey } from '../wire/vendor-rig.test-kit.js'

export type { Message as Event, ScriptedSocket } from '../wire/scripted-socket.test-kit.js'

export interface ScriptedServer extends ScriptedWorld, Pick<ReturnType<typeof tellingKey>, 'outcomes'> {}

export function scriptedServer(): ScriptedServer {
  const { keys, outcomes } = tellingKey()
  let ids = 0
  return { ...scriptedWorld({ keys, newId: () => `id-${++ids}` }), outcomes }
}

/** Lets what is ready run, and brings the newest socket to where events may be sent. */
export async function greet({ clock, sockets }: ScriptedServer): Promise<ScriptedSocket> {
  await clock.advance(0)
  const socket = sockets.at(-1)
  if (socket === undefined) throw new Error('no socket was opened')
  socket.open()
  socket.say({ type: 'session.created', session: {} }, { type: 'session.updated', session: {} })
  return socket
}
