import { type AudioFrame, frameMs } from '@parley/audio'
import {
  type CloseReason,
  type Inbox,
  noSteering,
  type ReplyId,
  type SessionEvent,
  type Steering,
  type Transport,
} from '@parley/core'
import { Listener } from './listener.js'
import type { VirtualClock } from './virtual-clock.js'

export interface SimCallerOptions {
  readonly clock: VirtualClock
  /** One-way times, ms. */
  readonly uplinkMs: number
  readonly downlinkMs: number
  readonly jitterMs: number
  /** Whether it tells what it played, and how often, ms. */
  readonly reportEveryMs?: number
  readonly aheadMs: number
  readonly sampleRate: number
  /** Whether it buffers like a phone, and cannot lower what it has. */
  readonly rewinds?: boolean
  /** Whether it tells what it played of a reply that was cut, and only then; the test says when. */
  readonly reportsCuts?: true
}

export interface SentFrame {
  readonly reply: ReplyId
  readonly atMs: number
  readonly fromMs: number
  readonly durationMs: number
  readonly peak: number
}

/** A far end with a network between: a `Transport` that keeps its own account of all that reached it. */
export class SimCaller implements Transport {
  readonly aheadMs: number
  readonly pathMs: number
  readonly reportsPlayed: boolean
  readonly rewinds: boolean
  readonly reportsCuts?: true
  readonly outputRate: number
  readonly events: SessionEvent[] = []
  readonly sent: SentFrame[] = []
  readonly cleared: { readonly reply: ReplyId; readonly atMs: number; readonly sentBefore: number }[] = []
  readonly ducks: { readonly on: boolean; readonly atMs: number }[] = []
  closedBy: CloseReason | undefined
  readonly ear: Listener
  readonly #options: SimCallerOptions
  #inbox: Inbox | undefined
  #broken = false
  #reporting: ReplyId | undefined

  constructor(options: SimCallerOptions) {
    this.#options = options
    this.aheadMs = options.aheadMs
    this.pathMs = options.downlinkMs + options.jitterMs
    this.reportsPlayed = options.reportEveryMs !== undefined
    this.rewinds = options.rewinds ?? false
    if (options.reportsCuts) this.reportsCuts = true
    this.outputRate = options.sampleRate
    this.ear = new Listener(options.jitterMs)
  }

  open(inbox: Inbox): void {
    this.#inbox = inbox
  }

  play(frame: AudioFrame, reply: ReplyId): void {
    const { clock, downlinkMs } = this.#options
    const durationMs = frameMs(frame)
    const fromMs = frame.atMs
    let peak = 0
    for (const sample of frame.samples) peak = Math.max(peak, Math.abs(sample))
    this.sent.push({ reply, atMs: clock.now(), fromMs, durationMs, peak })
    clock.after(downlinkMs, () => {
      if (this.#broken) return
      this.ear.arrive({ reply, fromMs, durationMs }, clock.now())
      this.#reportOn(reply)
    })
  }

  clear(reply: ReplyId): void {
    const { clock, downlinkMs } = this.#options
    this.cleared.push({ reply, atMs: clock.now(), sentBefore: this.sent.length })
    clock.after(downlinkMs, () => {
      if (this.#broken) return
      this.ear.clear(reply, clock.now())
      this.#report(reply)
    })
  }

  duck(on: boolean): void {
    this.ducks.push({ on, atMs: this.#options.clock.now() })
  }

  send(event: SessionEvent): void {
    this.events.push(event)
  }

  /** Told after the way down; then the ear falls silent. */
  close(reason: CloseReason): void {
    const { clock, downlinkMs } = this.#options
    this.closedBy = reason
    this.#inbox = undefined
    clock.after(downlinkMs, () => {
      this.#broken = true
      this.ear.stop(clock.now())
    })
  }

  /** The network breaks now: what is on its way is lost, the ear falls silent, the session is told. */
  drop(): void {
    this.#broken = true
    this.ear.stop(this.#options.clock.now())
    this.#inbox?.closed('lost')
  }

  /** The gateway's process dies: nothing comes of it any more, and it is told nothing. */
  die(): void {
    this.#broken = true
    this.#inbox = undefined
    this.ear.stop(this.#options.clock.now())
  }

  /** A frame of the caller's sound arrives after the uplink. */
  say(frame: AudioFrame): void {
    this.#up(inbox => inbox.audio(frame))
  }

  type(text: string): void {
    this.#up(inbox => inbox.text(text))
  }

  interrupt(): void {
    this.#up(inbox => inbox.interrupt())
  }

  dtmf(digit: string): void {
    this.#up(inbox => inbox.dtmf(digit))
  }

  commit(): void {
    this.#up(inbox => inbox.commit())
  }

  /** Steers the conversation. */
  steer(act: (steering: Steering) => void): void {
    this.#up(inbox => act(inbox.steering))
  }

  /** Steers at once, as if it stood in the gateway. */
  get steering(): Steering {
    return this.#inbox?.steering ?? noSteering
  }

  /** Tells how much it played of a reply. */
  reportPlayed(reply: ReplyId, ms: number): void {
    this.#up(inbox => inbox.played(reply, ms))
  }

  hangUp(): void {
    this.#up(inbox => inbox.closed('client'))
  }

  #up(run: (inbox: Inbox) => void): void {
    this.#options.clock.after(this.#options.uplinkMs, () => {
      if (!this.#broken && this.#inbox !== undefined) run(this.#inbox)
    })
  }

  #reportOn(reply: ReplyId): void {
    const every = this.#options.reportEveryMs
    if (every === undefined || this.#reporting === reply) return
    this.#reporting = reply
    const beat = (): void => {
      if (this.#reporting !== reply || this.#broken || this.#inbox === undefined) return
      this.#report(reply)
      this.#options.clock.after(every, beat)
    }
    this.#options.clock.after(every, beat)
  }

  #report(reply: ReplyId): void {
    if (!this.reportsPlayed) return
    const ms = this.ear.heardMs(reply, this.#options.clock.now())
    this.#up(inbox => inbox.played(reply, ms))
  }
}
