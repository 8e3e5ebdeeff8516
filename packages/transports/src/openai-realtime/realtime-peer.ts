/**
 * One far end that speaks the OpenAI Realtime protocol (GA), whatever carries it: events come in as text and leave as
 * text; sound travels in them, or on a media track.
 *
 * Events are dealt with in order, one at a time. What needs the session waits until it stands. Nothing that comes in
 * throws out of here; an event that is wrong is answered and changes nothing.
 */
import type { AudioFrame, Resampling } from '@parley/audio'
import { type Cancel, type Clock, type CloseReason, ParleyError } from '@parley/core'
import {
  invalidRequest,
  invalidValue,
  isRealtimeFields,
  type RealtimeFault,
  type RealtimeFields,
  shortly,
  updateSettings,
} from '@parley/protocol'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import type { VoicePrincipal } from '../ws/voice-host.js'
import type { VoiceLog } from '../ws/voice-log.js'
import { Answers } from './answers.js'
import { type Asides, createAsides } from './asides.js'
import { CallerTurns } from './caller-turns.js'
import { type ClientDesk, clientEvents, updateSession } from './client-events.js'
import { createPeerState } from './create-peer-state.js'
import { createEventQueue } from './event-queue.js'
import { createIdleNudge } from './idle-nudge.js'
import { createInputSound } from './input-sound.js'
import type { MediaTrack } from './media-track.js'
import { openSession } from './open-session.js'
import type { PeerState } from './peer-state.js'
import * as endings from './realtime-endings.js'
import type { RealtimeHost, RealtimeOpened } from './realtime-host.js'
import type { RealtimeLimits } from './realtime-limits.js'

export interface RealtimePeerOptions {
  readonly principal: VoicePrincipal
  readonly host: RealtimeHost
  readonly clock: Clock
  /** Unix time, ms. */
  epochMs(): number
  /** 0..1, for ids. */
  random(): number
  readonly resampling: Resampling
  readonly limits: RealtimeLimits
  readonly log: VoiceLog
  /** As in the query of the URL. */
  readonly query: { readonly model?: string; readonly intent?: string }
  /** The session of a client secret or a call: what the far end starts with. It is told its faults, and starts without. */
  readonly seed?: unknown
  /** Whether the client asked for the beta (`OpenAI-Beta: realtime=v1`): it is refused. */
  readonly beta?: boolean
  /** Where the sound travels, if not in events. */
  readonly track?: MediaTrack
  send(text: string): void
  /** Unsent bytes of what was sent. */
  backlogBytes(): number
  /** Smoothed round trip, ms. */
  rttMs(): number
  /** The far end is to be closed with this, once. */
  end(closing: endings.RealtimeClosing): void
}

export interface RealtimePeer {
  /** An event of the client's. */
  receive(text: string): void
  /** Sound of a media track. The frame is only valid during the call. */
  hear(frame: AudioFrame): void
  /** Ends once the response under way is over; at once where there is none. */
  drain(): void
  /** The far end is gone, or was found at fault. */
  gone(reason: CloseReason): void
  /** Ends it for a fault of the far end's. */
  fail(ending: endings.RealtimeEnding): void
}

/** A turn is known this long after it began, at most, ms. */
const LOOK_BACK_MS = 4_000
export function createRealtimePeer(options: RealtimePeerOptions): RealtimePeer {
  return new Peer(options)
}

class Peer implements RealtimePeer {
  readonly #options: RealtimePeerOptions
  readonly #state: PeerState
  readonly #answers: Answers
  readonly #asides: Asides
  readonly #turns: CallerTurns
  readonly #idle: ReturnType<typeof createIdleNudge>
  readonly #input: ReturnType<typeof createInputSound>
  readonly #queue: ReturnType<typeof createEventQueue>
  readonly #events: ReturnType<typeof createLeakyBucket>
  readonly #desk: ClientDesk
  readonly #abort = new AbortController()
  #phase: 'new' | 'opening' | 'talking' | 'over' = 'new'
  #opened: RealtimeOpened | undefined
  #deadline: Cancel
  readonly #stopCap: Cancel
  #stopDrain: Cancel = () => {}
  #draining = false
  #told = false

  constructor(options: RealtimePeerOptions) {
    const { clock, limits, track } = options
    this.#options = options
    this.#state = createPeerState(options, text => this.#send(text))
    const peer = this.#state
    this.#events = createLeakyBucket(clock, limits.eventsPerSecond, limits.eventBurst)
    this.#input = createInputSound({
      now: () => clock.now(),
      keptMs: () => (this.#turns.mayGoOn ? limits.keptSoundMs : LOOK_BACK_MS),
      give: frame => peer.inbox?.audio(frame),
    })
    this.#answers = new Answers(peer, {
      began: () => this.#idle.stop(),
      done: leftMs => this.#responseDone(leftMs),
    })
    this.#turns = new CallerTurns(peer, this.#input, {
      speaking: () => {
        this.#idle.stop()
        if (peer.settings.audio.input.turn_detection?.interrupt_response !== false) this.#answers.claimed()
      },
      canHear: () => this.#opened?.recogniser !== null,
    })
    this.#idle = createIdleNudge(peer, this.#answers, this.#turns)
    this.#asides = createAsides(peer, this.#answers, () => this.#drained())
    this.#queue = createEventQueue({
      clock,
      maxBytes: limits.queuedBytes,
      take: text => this.#take(text),
      hear: (samples, rate) => this.#input.hear(samples, rate),
    })
    this.#desk = {
      peer,
      answers: this.#answers,
      asides: this.#asides,
      turns: this.#turns,
      feed: (samples, rate) => this.#queue.feed(samples, rate),
    }
    this.#stopCap = clock.after(limits.maxSessionMs, () => this.fail(endings.expired(limits.maxSessionMs)))
    this.#deadline = clock.after(track === undefined ? limits.settleMs : 0, () => this.#open())
    this.#begin()
  }

  receive(text: string): void {
    if (this.#phase === 'over') return
    const { eventBytes, eventsPerSecond } = this.#options.limits
    if (!this.#events.add(1)) return this.fail(endings.tooMany(eventsPerSecond))
    if (text.length > eventBytes) {
      const message = `The event has over ${eventBytes} bytes; send smaller ones.`
      return this.#state.refuse(invalidRequest('event_too_large', message))
    }
    if (!this.#queue.add(text)) this.fail(endings.queueFull())
  }

  hear({ samples, rate }: AudioFrame): void {
    if (this.#phase === 'talking') this.#input.hear(samples.slice(), rate)
  }

  drain(): void {
    if (this.#phase === 'over' || this.#draining) return
    this.#draining = true
    this.#stopDrain = this.#options.clock.after(this.#options.limits.drainMs, () =>
      this.fail(endings.draining()),
    )
    this.#drained()
  }

  gone(reason: CloseReason): void {
    this.#end(reason)
  }

  fail(ending: endings.RealtimeEnding): void {
    if (this.#phase === 'over') return
    if (ending.fault !== undefined) this.#state.refuse(ending.fault)
    const { closing, tell, cause } = ending
    this.#options.log.info(
      { ...this.#facts(), code: closing.code, reason: closing.reason },
      'realtime far end ended',
    )
    if (cause !== undefined)
      this.#options.log.warn({ ...this.#facts(), error: cause }, 'realtime: internal fault')
    this.#end(tell)
    this.#options.end(closing)
  }

  #begin(): void {
    const { seed, beta = false } = this.#options
    if (beta) return this.fail(endings.betaShape())
    const peer = this.#state
    const { model } = peer.settings
    const given = isRealtimeFields(seed) && model !== undefined ? { ...seed, model } : seed
    const seeded = given === undefined ? undefined : updateSettings(peer.settings, given, false)
    if (seeded !== undefined && 'settings' in seeded) peer.settings = seeded.settings
    peer.emit('session.created', { session: peer.settings })
    if (seeded !== undefined && 'fault' in seeded) peer.refuse(seeded.fault)
  }

  #send(text: string): void {
    if (this.#phase === 'over') return
    this.#options.send(text)
    // Nobody may be in the middle of a call of the session when it is told of the end.
    if (this.#options.backlogBytes() > this.#options.limits.maxUnsentBytes)
      this.#options.clock.after(0, () => this.fail(endings.slowReader()))
  }

  /** False where the event has to wait. */
  #take(text: string): boolean {
    if (this.#phase === 'over') return true
    const event = parsed(text)
    if (event === undefined || typeof event.type !== 'string') {
      this.#state.refuse(invalidRequest('invalid_event', 'Expected a JSON object with a string `type`.'))
      return true
    }
    const isSetting = event.type === 'session.update'
    if (this.#phase !== 'talking' && !isSetting) {
      this.#open()
      return false
    }
    const fault = this.#handle(event, event.type)
    if (fault !== undefined)
      this.#state.refuse(fault, typeof event.event_id === 'string' ? event.event_id : undefined)
    else if (isSetting && this.#phase === 'new' && namesOutput(event)) this.#open()
    return true
  }

  #handle(event: RealtimeFields, type: string): RealtimeFault | undefined {
    const { event_id: id } = event
    if (id !== undefined && (typeof id !== 'string' || id.length > 512))
      return invalidRequest('invalid_type', "Invalid type for 'event_id': expected a string.", 'event_id')
    const handle = clientEvents.get(type)
    if (handle === undefined) return invalidValue('type', `Invalid value: '${shortly(type)}'.`)
    try {
      return type === 'session.update' ? updateSession(event.session, this.#state) : handle(event, this.#desk)
    } catch (thrown) {
      // The stack ran over in a value nested thousands deep, before anything was changed.
      if (thrown instanceof RangeError) return invalidValue(type, 'The event is nested too deeply.')
      this.fail(endings.ours(thrown))
      return undefined
    }
  }

  #open(): void {
    if (this.#phase !== 'new') return
    const { clock, limits } = this.#options
    this.#phase = 'opening'
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.fail(endings.openTimeout()))
    void this.#openSession()
  }

  async #openSession(): Promise<void> {
    try {
      this.#opened = await openSession({
        peer: this.#state,
        answers: this.#answers,
        turns: this.#turns,
        options: this.#options,
        signal: this.#abort.signal,
        onClose: reason => {
          this.#told = true
          this.fail(endings.bySession(reason))
        },
      })
      this.#stands()
    } catch (thrown) {
      if (this.#isOver()) return
      this.fail(thrown instanceof ParleyError ? endings.refused(thrown) : endings.ours(thrown))
    }
  }

  #stands(): void {
    this.#deadline()
    if (this.#isOver()) return this.#tell('client')
    this.#phase = 'talking'
    this.#options.log.info(this.#facts(), 'realtime session stands')
    this.#queue.resume()
  }

  #isOver(): boolean {
    return this.#phase === 'over'
  }

  #responseDone(leftMs: number): void {
    if (this.#isOver()) return
    this.#idle.wait(leftMs)
    this.#drained()
  }

  /** The node leaves once nothing is being written. */
  #drained(): void {
    if (!this.#draining) return
    this.#options.clock.after(0, () => {
      if (this.#answers.activeId === undefined && !this.#asides.busy) this.fail(endings.draining())
    })
  }

  #end(tell: CloseReason): void {
    if (this.#phase === 'over') return
    const stood = this.#phase === 'talking'
    this.#asides.close()
    this.#answers.close()
    this.#turns.close()
    this.#phase = 'over'
    this.#idle.stop()
    this.#deadline()
    this.#stopCap()
    this.#stopDrain()
    this.#queue.close()
    this.#abort.abort()
    if (stood) this.#tell(tell)
  }

  #tell(reason: CloseReason): void {
    if (this.#told) return
    this.#told = true
    try {
      this.#state.inbox?.closed(reason)
    } catch (thrown) {
      this.#options.log.warn({ ...this.#facts(), error: thrown }, 'realtime: the session failed to close')
    }
  }

  #facts(): object {
    const { tenant, subject } = this.#options.principal
    return { tenant, subject, session: this.#opened?.session }
  }
}

function parsed(text: string): RealtimeFields | undefined {
  try {
    const event: unknown = JSON.parse(text)
    return isRealtimeFields(event) ? event : undefined
  } catch {
    return undefined
  }
}

/** The rate of the agent's sound is fixed with the session. */
function namesOutput({ session }: RealtimeFields): boolean {
  const audio = isRealtimeFields(session) ? session.audio : undefined
  return isRealtimeFields(audio) && isRealtimeFields(audio.output) && audio.output.format !== undefined
}
