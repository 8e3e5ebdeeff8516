/** What both speech sockets do alike: read JSON, close when nothing is said, and refuse in the vendor's way. */

import type { Clock } from '@parley/core'
import type { SimSocket } from '../sim-socket.js'
import { type SpeechQuery, speechQuery } from './speech-query.js'

export interface SocketManners {
  readonly query: SpeechQuery
  refuse(sentence: string, error?: string): void
}

export type Fields = Readonly<Record<string, unknown>>

/** `hear` gets each message; undefined when the query was refused. */
export function socketManners(
  socket: SimSocket,
  clock: Clock,
  hear: (fields: Fields) => void,
): SocketManners | undefined {
  const { pathname } = socket.url

  function refuse(sentence: string, error = 'invalid_request'): void {
    socket.complain(`${pathname}: ${sentence}`)
    socket.send({ message: sentence, error, code: 1008 })
    socket.close(1008, error)
  }

  const query = speechQuery(socket.url, true)
  if (typeof query === 'string') {
    refuse(query)
    return undefined
  }
  let cancel = () => {}
  const touch = () => {
    cancel()
    cancel = clock.after(query.inactivityMs, () => {
      socket.send({
        message: `no input for ${query.inactivityMs / 1000} seconds`,
        error: 'input_timeout_exceeded',
        code: 1008,
      })
      socket.close(1008, 'input_timeout_exceeded')
    })
  }
  touch()
  socket.signal.addEventListener('abort', () => cancel())
  socket.raw.on('message', (data: Buffer) => {
    touch()
    let fields: Fields
    try {
      fields = JSON.parse(data.toString('utf8'))
    } catch {
      return refuse('the message is no JSON')
    }
    socket.receive(fields)
    hear(fields)
  })
  return { query, refuse }
}
