/** A plain client for tests of the simulated Realtime server, and the vendor's schema for what is sent. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { WebSocket } from 'ws'
import type { VendorSim } from '../vendor-sim.js'

export interface RealtimeClient {
  readonly socket: WebSocket
  readonly events: Event[]
  send(event: object): void
  /** Resolves with the first event not yet taken that is of this type and passes; earlier ones are skipped. */
  next(type: string, test?: (event: Event) => boolean): Promise<Event>
  /** Resolves with the close code. */
  readonly closed: Promise<number>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
export type Event = Readonly<Record<string, any>>

export async function realtimeClient(
  sim: VendorSim,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RealtimeClient> {
  const url = `${sim.baseUrl.replace('http', 'ws')}/realtime?${query}`
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer sk-test', ...headers } })
  const events: Event[] = []
  let taken = 0
  let wake = () => {}
  socket.on('message', data => {
    events.push(JSON.parse(String(data)))
    wake()
  })
  const closed = new Promise<number>(resolve => socket.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    events,
    closed,
    send: event => socket.send(JSON.stringify(event)),
    async next(type, test = () => true) {
      for (;;) {
        for (; taken < events.length; ) {
          const event = events[taken++] as Event
          if (event.type === type && test(event)) return event
        }
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}

const folder = join(import.meta.dirname, '../../../../../fixtures/protocols/openai')

export function protocolFile(name: string): Event {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

/** Says what is wrong with a message by a definition of a schema; empty if nothing is. */
export function schemaCheck(file: string, definition: string): (message: unknown) => string {
  const ajv = new Ajv({ strict: false, allErrors: false })
  ajv.addSchema(protocolFile(file), 'vendor')
  const validate = ajv.getSchema(`vendor#/definitions/${definition}`)
  if (validate === undefined) throw new Error(`no ${definition} in ${file}`)
  return message => (validate(message) === true ? '' : ajv.errorsText(validate.errors).slice(0, 500))
}

/** What the strict schema lacks of the real wire: ids of the session, and nulls where it says optional. */
export function asTyped(message: unknown, key = ''): unknown {
  if (Array.isArray(message)) return message.map(each => asTyped(each))
  if (typeof message !== 'object' || message === null) return message
  const extras = key === 'session' ? ['id', 'object', 'expires_at'] : []
  return Object.fromEntries(
    Object.entries(message)
      .filter(([name, value]) => value !== null && !extras.includes(name))
      .map(([name, value]) => [name, asTyped(value, name)]),
  )
}
