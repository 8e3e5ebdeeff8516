/**
 * The sockets of Responses mode: each answers one question at a time, those that are free wait open. The protocol has no
 * word for cancelling, so a socket whose answer is given up is closed and another opened in its place. One that is lost
 * while free is opened again once, if it had stood for a while; if not, the next question opens it and gets the reason.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import { type LeasedSocket, leasedSocket } from '../wire/leased-socket.js'

export interface ResponsesSockets {
  /** One that nobody uses; a new one may still be connecting, what is sent waits. */
  take(): ResponsesSocket
  /** The very socket, if it is free. */
  takeAgain(socket: ResponsesSocket): boolean
  /** Its answer is complete. */
  give(socket: ResponsesSocket): void
  /** Its answer is given up, for this reason or by an abort. */
  discard(socket: ResponsesSocket, error?: ParleyError): void
  /** Opens one if none is free. */
  warm(): Promise<void>
  close(): void
}

export interface ResponsesSocket {
  send(message: object): boolean
  /** Who uses it now; without one, what comes is late and dropped. */
  user: SocketUser | undefined
}

export interface SocketUser {
  onText(text: string): void
  /** The socket is gone already. */
  onLost(error: ParleyError): void
}

export interface ResponsesSocketsOptions {
  readonly context: VendorContext
  /** For people. */
  readonly vendor: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  readonly idleSockets: number
  readonly socketAgeMs: number
}

interface Member extends ResponsesSocket {
  readonly socket: LeasedSocket
  readonly madeMs: number
  /** Rejects if it never stands, or is closed before. */
  readonly stands: Promise<void>
  fall(error: ParleyError): void
}

/** A socket that fell before is not opened again by itself: a vendor that throws us out would be called for ever. */
const STOOD_MS = 5_000

export function responsesSockets(options: ResponsesSocketsOptions): ResponsesSockets {
  const { context } = options
  const free: Member[] = []
  const members = new Set<Member>()
  let isClosed = false

  function open(): Member {
    let stand = () => {}
    let fall = (_: ParleyError) => {}
    const stands = new Promise<void>((resolve, reject) => {
      stand = resolve
      fall = reject
    })
    // Only `warm` waits for it; others hear of a fall through their user.
    stands.catch(() => {})
    const member: Member = {
      socket: leasedSocket(context, {
        vendor: options.vendor,
        path: '/responses',
        headers: options.headers,
        connectTimeoutMs: options.connectTimeoutMs,
        onOpen: () => stand(),
        onText: text => member.user?.onText(text),
        onLost: error => lost(member, error),
      }),
      madeMs: context.clock.now(),
      stands,
      fall,
      user: undefined,
      send: message => member.socket.send(JSON.stringify(message)),
    }
    members.add(member)
    return member
  }

  function lost(member: Member, error: ParleyError): void {
    const { user } = member
    const hasStood = context.clock.now() - member.madeMs >= STOOD_MS
    remove(member, error)
    if (user !== undefined) user.onLost(error)
    else if (hasStood) openSpare()
  }

  function remove(member: Member, error?: ParleyError): void {
    members.delete(member)
    const at = free.indexOf(member)
    if (at >= 0) free.splice(at, 1)
    member.user = undefined
    if (error !== undefined) member.socket.settle(outcomeOf(error))
    member.socket.close()
    member.fall(error ?? closedError())
  }

  function closedError(): ParleyError {
    return new ParleyError('provider_failed', `The connection to ${options.vendor} was closed.`)
  }

  function openSpare(): void {
    if (free.length > 0 || isClosed) return
    const member = open()
    keep(member)
    member.stands.catch((error: unknown) => {
      if (!isClosed) context.warn(ParleyError.from(error, 'provider_unreachable'))
    })
  }

  function keep(member: Member): void {
    member.user = undefined
    if (free.length >= options.idleSockets || isOld(member)) remove(member)
    else if (members.has(member)) free.push(member)
  }

  function isOld({ madeMs }: Member): boolean {
    return context.clock.now() - madeMs >= options.socketAgeMs
  }

  return {
    take() {
      for (let member = free.pop(); member !== undefined; member = free.pop()) {
        if (member.socket.state !== 'closed' && !isOld(member)) return member
        remove(member)
      }
      return open()
    },
    takeAgain(socket) {
      const at = free.indexOf(socket as Member)
      const member = free[at]
      if (member === undefined || isOld(member)) return false
      free.splice(at, 1)
      return true
    },
    give(socket) {
      const member = socket as Member
      // Told now and not at its end: whoever waits for this key to prove itself would wait for an hour.
      member.socket.settle({ kind: 'fine' })
      keep(member)
    },
    discard(socket, error) {
      const member = socket as Member
      const hasStood = member.socket.state === 'open'
      remove(member, error)
      if (error === undefined && hasStood) openSpare()
    },
    async warm() {
      if (free.length > 0) return
      const member = open()
      keep(member)
      await member.stands
    },
    close() {
      isClosed = true
      for (const member of [...members]) {
        const { user } = member
        remove(member)
        user?.onLost(closedError())
      }
    },
  }
}
