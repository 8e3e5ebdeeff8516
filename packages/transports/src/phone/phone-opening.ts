/**
 * From `start` to a session: who is it, has the call a place here, who opens. Whatever of it stands when the stream ends
 * is given back by `close`; what stands later finds its signal aborted.
 */
import { type Clock, type CloseReason, ParleyError } from '@parley/core'
import type { PhoneStartFacts } from '@parley/protocol'
import type { PhoneCallPlace, PhoneCalls } from './phone-calls.js'
import type { PhoneCodec } from './phone-codec.js'
import { phoneHello } from './phone-hello.js'
import type { PhoneLimits } from './phone-limits.js'
import type { IdentifyPhone, PhoneHost, PhoneIdentity, PhoneLeg, PhoneOpened } from './phone-port.js'
import type { PhoneSocket } from './phone-socket.js'
import { PhoneTransport } from './phone-transport.js'

export interface PhoneOpeningOptions {
  readonly facts: PhoneStartFacts
  readonly token: string | undefined
  readonly codec: PhoneCodec
  readonly socket: PhoneSocket
  readonly identify: IdentifyPhone
  readonly host: PhoneHost
  readonly calls: PhoneCalls
  readonly clock: Clock
  readonly limits: PhoneLimits
  legOf(transport: PhoneTransport): PhoneLeg
  /** The session closes the leg. */
  onClose(reason: CloseReason): void
  onStall(): void
  /** Another stream of the call has its place. */
  onReplaced(): void
}

export interface OpenedPhone extends PhoneOpened {
  readonly transport: PhoneTransport
}

export interface PhoneOpeningWork {
  /** Undefined where it was closed before anything was asked for. Rejects with what refused it. */
  run(): Promise<OpenedPhone | undefined>
  readonly transport: PhoneTransport | undefined
  /** The streams before this one of its call are replaced. */
  stands(): void
  close(): void
}

export function createPhoneOpening(options: PhoneOpeningOptions): PhoneOpeningWork {
  const { facts, codec, socket, clock, limits } = options
  const abort = new AbortController()
  let place: PhoneCallPlace | undefined
  let transport: PhoneTransport | undefined

  /** Takes the call's place among the streams of this process. */
  function enter({ principal: { tenant }, ticket }: PhoneIdentity): void {
    const { callSid } = facts
    if (ticket?.callSid !== undefined && ticket.callSid !== callSid) {
      throw new ParleyError('forbidden', 'The token is for another call.')
    }
    if (callSid === undefined) return
    const stream = { replaced: options.onReplaced }
    place = options.calls.enter({ tenant, callSid }, stream, ticket?.resumes !== undefined)
  }

  return {
    get transport() {
      return transport
    },
    async run() {
      const identity = await options.identify(options.token, facts)
      if (abort.signal.aborted) return undefined
      enter(identity)
      const { principal, ticket } = identity
      const { onClose, onStall } = options
      const made = new PhoneTransport({ socket, facts, codec, clock, limits, onClose, onStall })
      transport = made
      const opened = await options.host.open({
        hello: phoneHello(ticket ?? facts.parameters),
        principal,
        transport: made,
        signal: abort.signal,
        edge: 'phone',
        phone: { ...facts, leg: options.legOf(made), ...(ticket === undefined ? {} : { ticket }) },
      })
      return { ...opened, transport: made }
    },
    stands: () => place?.stands(),
    close() {
      place?.leave()
      transport?.shut()
      abort.abort()
    },
  }
}
