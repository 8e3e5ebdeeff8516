/**
 * The life of one voice socket: hello, ready, dialogue, close. Nothing a far end sends throws out of here.
 *
 * Invariant: a session that was opened is told at most once that its leg is gone, and always unless it closed the
 * leg itself; also when it opens too late.
 */
import { type Cancel, type CloseReason, defined, ParleyError, type SessionId } from '@parley/core'
import type { Hello, ServerMessage } from '@parley/protocol'
import { bytesOf } from './bytes-of.js'
import { readClientMessage } from './client-message.js'
import { type Closing, reasonOfCode, reasonText } from './close-codes.js'
import { createDialogue, type Dialogue } from './dialogue.js'
import * as endings from './endings.js'
import { type Heartbeat, heartbeatOf } from './heartbeat.js'
import { createKeptMessages, type KeptMessages } from './kept-messages.js'
import { createSocketSound } from './leg-sound.js'
import { createMessageFaults, type MessageFaults } from './message-faults.js'
import { openSession, type SessionOnLeg } from './open-session.js'
import { defaultOpusManner } from './opus-manner.js'
import { readyMessage } from './ready-message.js'
import { errorMessageOf } from './server-message.js'
import { followSides, type SideLine } from './side-line.js'
import { createSocketDoor, type SocketDoor } from './socket-door.js'
import type { OpenedSession } from './voice-host.js'
import { openVoiceLeg, type VoiceLeg } from './voice-leg.js'
import type { VoiceSocket, VoiceSocketOptions } from './voice-socket-options.js'

export class VoiceSocketLife implements VoiceSocket {
  readonly #options: VoiceSocketOptions
  readonly #door: SocketDoor
  readonly #kept: KeptMessages
  readonly #faults: MessageFaults
  readonly #abort = new AbortController()
  #phase: 'hello' | 'opening' | 'talking' | 'leaving' | 'over' = 'hello'
  #deadline: Cancel
  #stopGrace: Cancel = () => {}
  #leg: VoiceLeg | undefined
  #opened: OpenedSession | undefined
  /** What this client can resume with; empty while it is not the speaker. */
  #token = ''
  #dialogue: Dialogue | undefined
  #heartbeat: Pick<Heartbeat, 'rttMs'> | undefined
  #stopHeartbeat: Cancel = () => {}
  #sides: SideLine | undefined
  #told = false
  /** What a session that opens after the end is told. */
  #lateReason: CloseReason = 'client'

  constructor(options: VoiceSocketOptions) {
    this.#options = options
    const { socket, clock, limits, log } = options
    this.#door = createSocketDoor({ ...options, onSpent: () => this.#end(endings.keysSpent()) })
    this.#kept = createKeptMessages(limits.keptBytes)
    this.#faults = createMessageFaults(limits.badMessages)
    this.#deadline = clock.after(limits.helloMs, () => this.#end(endings.noHello(limits.helloMs)))
    socket.on('message', (data, isBinary) => this.#arrive(bytesOf(data), isBinary))
    socket.on('close', code => this.#closed(code))
    socket.on('error', error => log.warn({ ...this.#facts(), error: error.message }, 'voice socket fault'))
    if (socket.readyState === socket.CLOSED) this.#closed(1006)
  }

  announceDraining(deadlineMs: number): void {
    if (this.#phase !== 'talking' || this.#opened === undefined) return
    this.#leg?.outbox.control({ type: 'draining', resumeToken: this.#token, deadlineMs })
  }

  #arrive(bytes: Buffer, isBinary: boolean): void {
    if (this.#phase === 'over' || this.#phase === 'leaving') return
    try {
      const opened = this.#door.open(bytes, isBinary)
      if (typeof opened === 'object') return this.#receive(opened.bytes, opened.isBinary)
      if (opened === 'too-many') return this.#end(endings.unopened())
      if (opened === 'first') this.#say(errorMessageOf(new ParleyError('bad_seal'), false))
    } catch (thrown) {
      this.#ourFault(thrown)
    }
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#phase === 'over' || this.#phase === 'leaving') return
    if (this.#phase === 'opening') return this.#kept.keep(bytes, isBinary)
    try {
      this.#door.admit(bytes)
      if (this.#phase === 'hello') this.#hello(bytes, isBinary)
      else this.#take(bytes, isBinary)
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  #hello(bytes: Buffer, isBinary: boolean): void {
    if (isBinary) throw new ParleyError('bad_message', 'The first message is `hello`; sound comes after it.')
    const message = readClientMessage(bytes.toString())
    if (message.type === 'encrypt') return this.#door.encrypt(message.key)
    if (message.type !== 'hello') {
      throw new ParleyError('bad_message', `The first message is \`hello\`, not \`${message.type}\`.`)
    }
    const { clock, limits, encryption } = this.#options
    if (encryption?.required && !this.#door.wire.sealed)
      return this.#end(endings.refused(new ParleyError('encryption_required')))
    this.#phase = 'opening'
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.#end(endings.openTimeout()))
    void this.#open(message)
  }

  async #open(hello: Hello): Promise<void> {
    const { principal, host, edge } = this.#options
    try {
      const stands = await openSession({
        ...{ hello, principal, host, signal: this.#abort.signal, ...defined({ edge }) },
        openLeg: agreed => this.#openLeg(agreed),
        begins: (leg, session) => this.#follow(leg, session),
        token: token => {
          this.#token = token
        },
      })
      if (stands === undefined) this.#free()
      else this.#ready(stands)
    } catch (thrown) {
      this.#refused(thrown)
    }
  }

  async #openLeg(hello: Hello): Promise<VoiceLeg> {
    const { clock, opus, opusManner = defaultOpusManner, limits, listenRate = 16_000 } = this.#options
    const { openSound = createSocketSound({ opus, opusManner, listenRate }) } = this.#options
    this.#leg = await openVoiceLeg({
      wire: this.#door.wire,
      hello,
      clock,
      openSound,
      limits,
      rttMs: () => this.#heartbeat?.rttMs ?? limits.initialRttMs,
      onClose: reason => {
        this.#told = true
        this.#end(endings.bySession(reason))
      },
      onFault: thrown => this.#ourFault(thrown),
      onBacklog: waitingMs => this.#backlog(waitingMs),
      onStall: () => this.#end(endings.slowConsumer()),
    })
    return this.#leg
  }

  #follow({ hello, outbox, transport }: VoiceLeg, session: SessionId): void {
    const { clock, prosody, principal } = this.#options
    if (hello.prosody === undefined || this.#phase !== 'opening') return
    const wish = { session, tenant: principal.tenant, ...defined(hello.prosody) }
    this.#sides = followSides({ clock, feed: prosody, wish, outbox, warn: error => transport.warn(error) })
  }

  #ready({ leg, opened }: SessionOnLeg): void {
    this.#opened = opened
    const { seat } = opened
    if (this.#phase !== 'opening') return this.#undo(leg)
    // Another device may have taken over since.
    const isBeside = seat !== undefined && seat.role !== 'speaker'
    this.#token = isBeside ? '' : opened.resumeToken
    if (leg.transport.inbox === undefined && !isBeside) {
      throw new ParleyError('internal', 'The host resolved without opening the leg.')
    }
    this.#phase = 'talking'
    this.#deadline()
    const { clock, limits, opusManner } = this.#options
    const { audioBurstMs } = limits
    this.#dialogue = createDialogue({ leg, seat, clock, audioBurstMs, onBye: () => this.#leave() })
    leg.outbox.open(readyMessage({ leg, opened }, opusManner))
    const heartbeat = heartbeatOf(this.#options, () => this.#end(endings.silent()))
    this.#heartbeat = heartbeat
    this.#stopHeartbeat = () => heartbeat.stop()
    this.#replayKept(leg)
  }

  #replayKept({ transport }: VoiceLeg): void {
    const { dropped } = this.#kept
    if (dropped > 0) {
      const message = `${dropped} messages before \`ready\` did not fit and were dropped; wait for it.`
      transport.warn(new ParleyError('too_large', message))
    }
    for (const { bytes, isBinary } of this.#kept.take()) this.#receive(bytes, isBinary)
  }

  #take(bytes: Buffer, isBinary: boolean): void {
    this.#dialogue?.take(bytes, isBinary)
    if (bytes.length > 0) this.#faults.reset()
  }

  /** The session says its last words and closes the leg; if it does not, the socket closes all the same. */
  #leave(): void {
    const { clock, limits } = this.#options
    const { seat } = this.#opened ?? {}
    if (seat !== undefined && seat.role !== 'speaker') return this.#end(endings.left())
    this.#phase = 'leaving'
    this.#deadline = clock.after(limits.byeMs, () => this.#end(endings.afterBye()))
    this.#tell('client')
  }

  #fault(thrown: unknown): void {
    const verdict = this.#faults.judge(thrown, this.#phase === 'hello' ? 'hello' : 'talking')
    if (verdict.kind === 'ours') this.#ourFault(thrown)
    else if (verdict.kind === 'end') this.#end(verdict.ending)
    else this.#say(errorMessageOf(verdict.error, false))
  }

  #ourFault(thrown: unknown): void {
    this.#options.log.warn({ ...this.#facts(), error: thrown }, 'voice socket: internal fault')
    this.#end(endings.ours(thrown))
  }

  #refused(thrown: unknown): void {
    if (this.#phase === 'over') {
      this.#free()
      this.#options.log.info(
        { ...this.#facts(), error: thrown },
        'voice session not opened; its socket was gone',
      )
      return
    }
    if (!(thrown instanceof ParleyError) || thrown.code === 'internal') return this.#ourFault(thrown)
    this.#end(endings.refused(thrown))
  }

  #backlog(waitingMs: number): void {
    const message = `${Math.round(waitingMs)} ms of sound wait to be read by this client.`
    this.#leg?.transport.warn(new ParleyError('overloaded', message))
  }

  #closed(code: number): void {
    this.#stopGrace()
    this.#end({ closing: undefined, tell: reasonOfCode(code) })
  }

  #end({ closing, error, tell }: endings.Ending): void {
    if (this.#phase === 'over') return
    const wasOpen = this.#phase === 'talking' || this.#phase === 'leaving'
    this.#phase = 'over'
    const { lost: prosodyLost } = this.#sides ?? {}
    const { seal } = this.#door
    const facts = { ...this.#facts(), seal, code: closing?.code, error: error?.code, tell, prosodyLost }
    this.#options.log.info(facts, 'voice socket ended')
    this.#deadline()
    this.#stopHeartbeat()
    this.#sayLast(error)
    this.#free()
    this.#closeSocket(closing)
    this.#abort.abort()
    if (tell !== undefined) this.#lateReason = tell
    if (tell !== undefined && wasOpen) this.#tell(tell)
    this.#opened?.seat?.leave()
  }

  #sayLast(error: ParleyError | undefined): void {
    if (error === undefined) return
    const last = errorMessageOf(error, true)
    if (this.#leg !== undefined) this.#leg.transport.shut(last)
    else this.#say(last)
  }

  /** Before there is a leg the wire is written to as it is; then the leg's outbox keeps the order. */
  #say(message: ServerMessage): void {
    if (this.#leg !== undefined) this.#leg.outbox.control(message)
    else this.#door.say(message)
  }

  #closeSocket(closing: Closing | undefined): void {
    const { socket, clock, limits } = this.#options
    if (closing === undefined) return socket.terminate()
    socket.close(closing.code, reasonText(closing.reason))
    this.#stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
  }

  /** The session opened after the socket had gone. A client that never saw `ready` cannot come back for it. */
  #undo({ hello }: VoiceLeg): void {
    this.#free()
    this.#opened?.seat?.leave()
    const isNew = hello.resume === undefined && hello.join === undefined
    this.#tell(this.#lateReason === 'lost' && isNew ? 'client' : this.#lateReason)
  }

  #free(): void {
    this.#sides?.close()
    this.#leg?.transport.shut()
    this.#leg?.audioIn.close()
  }

  #tell(reason: CloseReason): void {
    if (this.#told) return
    this.#told = true
    try {
      this.#leg?.transport.inbox?.closed(reason)
    } catch (thrown) {
      this.#options.log.warn({ ...this.#facts(), error: thrown }, 'voice socket: the session failed to close')
    }
  }

  #facts(): object {
    const { tenant, subject } = this.#options.principal
    return { tenant, subject, session: this.#opened?.session }
  }
}
