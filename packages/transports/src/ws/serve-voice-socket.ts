/**
 * The life of one voice socket: hello, ready, dialogue, close. Nothing a far end sends throws out of here.
 *
 * Invariant: a session that was opened is told at most once that its leg is gone, and always unless it closed the
 * leg itself; also when it opens too late.
 */
import type { Opus } from '@parley/audio'
import { type Cancel, type Clock, type CloseReason, defined, ParleyError, type SessionId } from '@parley/core'
import { type Hello, type ServerMessage, VOICE_PROTOCOL_VERSION } from '@parley/protocol'
import type { WebSocket } from 'ws'
import type { DeviceLine } from '../company/device-line.js'
import { noSuchSession } from '../company/device-rights.js'
import type { ProsodyFeed } from '../prosody/prosody-feed.js'
import { bytesOf } from './bytes-of.js'
import { readClientMessage } from './client-message.js'
import { type Closing, reasonOfCode, reasonText } from './close-codes.js'
import { createDialogue, type Dialogue } from './dialogue.js'
import * as endings from './endings.js'
import { type Heartbeat, startHeartbeat } from './heartbeat.js'
import { createKeptMessages, type KeptMessages } from './kept-messages.js'
import { createLeakyBucket, type LeakyBucket } from './leaky-bucket.js'
import { createSocketSound, type OpenSound } from './leg-sound.js'
import type { MessageSocket } from './message-socket.js'
import { defaultOpusManner, type OpusManner } from './opus-manner.js'
import { answerEncrypt } from './sealed/answer-encrypt.js'
import type { OpenedFrame } from './sealed/frame-cipher.js'
import type { GatewayIdentity } from './sealed/gateway-identity.js'
import { createUnopened, type Unopened } from './sealed/unopened.js'
import { errorMessageOf } from './server-message.js'
import { followSides, type SideLine } from './side-line.js'
import type { JoinPlace, OpenedSession, VoiceHost, VoiceOpenRequest, VoicePrincipal } from './voice-host.js'
import { openVoiceLeg, type VoiceLeg } from './voice-leg.js'
import type { VoiceLimits } from './voice-limits.js'
import type { VoiceLog } from './voice-log.js'
import { plainWire, sealedWire, type VoiceWire } from './voice-wire.js'

export type VoiceSocketOptions = VoiceCarrier & VoiceSocketParts

type VoiceCarrier =
  /** An open socket of a server made with `voiceSocketServerOptions`. */
  | { readonly socket: WebSocket; readonly heartbeat?: undefined }
  /** An open wire that notices by itself when its far end is gone. */
  | { readonly socket: MessageSocket; readonly heartbeat: Pick<Heartbeat, 'rttMs'> }

interface VoiceSocketParts {
  /** Found out before the upgrade. */
  readonly principal: VoicePrincipal
  readonly host: VoiceHost
  readonly clock: Clock
  readonly opus: Opus
  /** How Opus is spoken where the far end leaves it open. Default: 48 kHz, 20 ms, 32 kbit/s. */
  readonly opusManner?: OpusManner
  readonly log: VoiceLog
  readonly limits: VoiceLimits
  /** Tells clients that ask for it how both sides speak; without it they are told that nobody can. */
  readonly prosody?: ProsodyFeed
  /** Whether and as whom this gateway seals for clients that ask for it; without it they are refused. */
  readonly encryption?: VoiceEncryption
  /** Rate at which sessions listen, Hz: Opus is decoded straight at it. Default 16000. */
  readonly listenRate?: number
  /** How sound comes and goes. Default: coded into the messages of the socket. */
  readonly openSound?: OpenSound
  /** Which edge sessions are stored under. Default `voice-ws`. */
  readonly edge?: VoiceOpenRequest['edge']
}

export interface VoiceEncryption {
  readonly identity: GatewayIdentity
  /** Refuses clients that do not ask for it. */
  readonly required: boolean
  /** After so many messages of the gateway the client has to come back for new keys. Default 2^32. */
  readonly framesPerKey?: number
}

export interface VoiceSocket {
  /** Tells the client that this node leaves in `deadlineMs`; the session closes the leg in its own time. */
  announceDraining(deadlineMs: number): void
}

/** Serves the socket until it closes. Never throws. */
export function serveVoiceSocket(options: VoiceSocketOptions): VoiceSocket {
  return new VoiceSocketLife(options)
}

/** Faults of the far end: answered, and fatal only when they come in a row. */
const farEndFaults: readonly string[] = ['bad_message', 'bad_audio', 'too_large']
/** What a device may not do, or not now: answered, and never fatal. */
const refusals: readonly string[] = ['forbidden', 'conflict', 'not_found']

class VoiceSocketLife implements VoiceSocket {
  readonly #options: VoiceSocketOptions
  readonly #messages: LeakyBucket
  readonly #kept: KeptMessages
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
  #wire: VoiceWire
  readonly #unopened: Unopened
  #badInARow = 0
  #told = false
  /** What a session that opens after the end is told. */
  #lateReason: CloseReason = 'client'

  constructor(options: VoiceSocketOptions) {
    this.#options = options
    const { socket, clock, limits, log } = options
    this.#messages = createLeakyBucket(clock, limits.messagesPerSecond, limits.messageBurst)
    this.#kept = createKeptMessages(limits.keptBytes)
    this.#wire = plainWire(socket)
    this.#unopened = createUnopened(limits.unopened)
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
    if (!this.#wire.sealed) return this.#receive(bytes, isBinary)
    let opened: OpenedFrame
    try {
      opened = this.#wire.read(bytes, isBinary)
    } catch (thrown) {
      return this.#notOpened(ParleyError.from(thrown))
    }
    this.#unopened.reset()
    this.#receive(opened.bytes, opened.isBinary)
  }

  #notOpened(error: ParleyError): void {
    if (error.code !== 'bad_seal') return this.#ourFault(error)
    const state = this.#unopened.add()
    if (state === 'too-many') return this.#end(endings.unopened())
    if (state === 'first') this.#say(errorMessageOf(error, false))
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#phase === 'over' || this.#phase === 'leaving') return
    if (this.#phase === 'opening') return this.#kept.keep(bytes, isBinary)
    try {
      this.#admit(bytes)
      if (this.#phase === 'hello') this.#hello(bytes, isBinary)
      else this.#take(bytes, isBinary)
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  #admit({ length }: Buffer): void {
    const { messagesPerSecond, messageBytes } = this.#options.limits
    if (!this.#messages.add(1)) {
      throw new ParleyError('rate_limited', `Over ${messagesPerSecond} messages a second; send larger ones.`)
    }
    if (length > messageBytes) {
      throw new ParleyError('too_large', `The message has ${length} bytes; ${messageBytes} is the most.`)
    }
  }

  #hello(bytes: Buffer, isBinary: boolean): void {
    if (isBinary) throw new ParleyError('bad_message', 'The first message is `hello`; sound comes after it.')
    const message = readClientMessage(bytes.toString())
    if (message.type === 'encrypt') return this.#encrypt(message.key)
    if (message.type !== 'hello') {
      throw new ParleyError('bad_message', `The first message is \`hello\`, not \`${message.type}\`.`)
    }
    const { clock, limits, encryption } = this.#options
    if (encryption?.required && !this.#wire.sealed)
      return this.#end(endings.refused(new ParleyError('encryption_required')))
    this.#phase = 'opening'
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.#end(endings.openTimeout()))
    void this.#open(message)
  }

  #encrypt(key: string): void {
    const { socket, encryption } = this.#options
    if (this.#wire.sealed) throw new ParleyError('bad_message', '`encrypt` comes once.')
    if (encryption === undefined) throw new ParleyError('bad_message', 'This gateway does not encrypt.')
    const { identity, framesPerKey } = encryption
    const { message, ...keys } = answerEncrypt(key, identity)
    this.#say(message)
    this.#wire = sealedWire({
      socket,
      keys,
      ...defined({ framesPerKey }),
      onSpent: () => this.#end(endings.keysSpent()),
    })
  }

  async #open(hello: Hello): Promise<void> {
    const { principal, host, edge } = this.#options
    const { signal } = this.#abort
    try {
      const place = await findPlace({ hello, host, principal, signal })
      if (signal.aborted) return
      // Of the sound of a conversation that is on there is one rate.
      const output = { ...hello.output, sampleRate: place?.outputRate ?? hello.output.sampleRate }
      const leg = await this.#openLeg({ ...hello, output })
      this.#leg = leg
      // The socket may have closed while the codecs were made.
      if (signal.aborted) return this.#free()
      const { resume: token } = hello
      const begins = (session: SessionId) => this.#follow(leg, session)
      const line = this.#lineOf(leg)
      const { transport } = leg
      const request = { hello, principal, transport, line, signal, begins, ...defined({ edge }) }
      if (place !== undefined) this.#ready(leg, await place.sit(request))
      else if (token === undefined) this.#ready(leg, await host.open(request))
      else this.#ready(leg, await host.resume({ ...request, token }))
    } catch (thrown) {
      this.#refused(thrown)
    }
  }

  #lineOf({ hello, outbox, transport }: VoiceLeg): DeviceLine {
    return {
      name: hello.device,
      hears: hello.join?.hears ?? 'agent',
      transport,
      tell: message => {
        if (message.type === 'role') this.#token = message.resumeToken ?? ''
        outbox.control(message)
      },
    }
  }

  #openLeg(hello: Hello): Promise<VoiceLeg> {
    const { clock, opus, opusManner = defaultOpusManner, limits, listenRate = 16_000 } = this.#options
    const { openSound = createSocketSound({ opus, opusManner, listenRate }) } = this.#options
    return openVoiceLeg({
      wire: this.#wire,
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
  }

  #follow({ hello, outbox, transport }: VoiceLeg, session: SessionId): void {
    const { clock, prosody, principal } = this.#options
    if (hello.prosody === undefined || this.#phase !== 'opening') return
    const wish = { session, tenant: principal.tenant, ...defined(hello.prosody) }
    this.#sides = followSides({ clock, feed: prosody, wish, outbox, warn: error => transport.warn(error) })
  }

  #ready(leg: VoiceLeg, opened: OpenedSession): void {
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
    const { clock, limits } = this.#options
    const { audioBurstMs } = limits
    this.#dialogue = createDialogue({ leg, seat, clock, audioBurstMs, onBye: () => this.#leave() })
    const { input, output, lookaheadMs } = leg
    const { packetMs, bitrate } = this.#options.opusManner ?? defaultOpusManner
    leg.outbox.open({
      type: 'ready',
      version: VOICE_PROTOCOL_VERSION,
      ...readyFields(opened),
      input,
      output,
      ...([input, output].some(({ codec }) => codec === 'opus')
        ? { opus: { packetMs, bitrate, lookaheadMs } }
        : {}),
    })
    this.#beginHeartbeat()
    this.#replayKept(leg)
  }

  #beginHeartbeat(): void {
    const options = this.#options
    if (options.heartbeat !== undefined) {
      this.#heartbeat = options.heartbeat
      return
    }
    const { socket, clock, limits } = options
    const { heartbeatMs: everyMs, initialRttMs } = limits
    const onMissed = () => this.#end(endings.silent())
    const heartbeat = startHeartbeat({ socket, clock, everyMs, initialRttMs, onMissed })
    this.#heartbeat = heartbeat
    this.#stopHeartbeat = () => heartbeat.stop()
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
    if (bytes.length > 0) this.#badInARow = 0
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
    const error = ParleyError.from(thrown)
    if (error.code === 'rate_limited') return this.#end(endings.tooMuch(error))
    if (this.#phase === 'talking' && refusals.includes(error.code))
      return this.#say(errorMessageOf(error, false))
    if (!farEndFaults.includes(error.code)) return this.#ourFault(thrown)
    if (this.#phase === 'hello') return this.#end(endings.badFirst(error))
    this.#badInARow += 1
    if (this.#badInARow >= this.#options.limits.badMessages) {
      return this.#end(endings.badInARow(error, this.#badInARow))
    }
    this.#leg?.outbox.control(errorMessageOf(error, false))
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
    const { sealed, missing } = this.#wire
    const seal = sealed ? { unopened: this.#unopened.count, missing } : undefined
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
    else this.#wire.send(JSON.stringify(message), { binary: false, compress: false })
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

function readyFields({ seat, ...opened }: OpenedSession) {
  const { session, resumeToken, resumed, agent, language, recogniser, voice, receivedMs } = opened
  const device = seat === undefined ? {} : { device: seat.id, role: seat.role }
  return {
    ...{ session, resumeToken, resumed, ...device, agent, language, recogniser, voice },
    ...defined({ receivedMs }),
  }
}

interface PlaceSearch extends Pick<VoiceOpenRequest, 'hello' | 'principal' | 'signal'> {
  readonly host: VoiceHost
}

/** Whoever can resume does: a device that took over joins again only where that fails. */
function findPlace({
  hello: { join, resume },
  host,
  ...request
}: PlaceSearch): Promise<JoinPlace> | undefined {
  if (join === undefined || resume !== undefined) return undefined
  if (host.join === undefined) throw noSuchSession()
  return host.join({ ...request, join })
}
