/**
 * What the clock brings to a conversation: sound for the leg, and a look at everything that must not last for ever:
 * speech without end, an answer that is late, silence, a floor that hangs, a conversation that is idle or too long.
 */

import type { CloseReason } from '../transport.js'
import type { Deciding } from './deciding.js'
import type { LegFace } from './leg-face.js'
import type { SessionBody } from './session-body.js'
import type { Snapshots } from './snapshots.js'
import type { StuckWatch } from './stuck-watch.js'

/** What the beat needs of the session around it. */
export interface BeatHost {
  leg(): LegFace | undefined
  /** Whether the engine can say what the session wants said. */
  says(): boolean
  /** Whether the engine stands. */
  stands(): boolean
  guard(run: () => void): void
  end(reason: CloseReason): void
}

export class Beat {
  readonly #body: SessionBody
  readonly #deciding: Deciding
  readonly #stuck: StuckWatch
  readonly #host: BeatHost
  readonly #snapshots: Snapshots

  constructor(
    body: SessionBody,
    parts: {
      readonly deciding: Deciding
      readonly stuck: StuckWatch
      readonly snapshots: Snapshots
      readonly host: BeatHost
    },
  ) {
    this.#body = body
    this.#deciding = parts.deciding
    this.#stuck = parts.stuck
    this.#host = parts.host
    this.#snapshots = parts.snapshots
  }

  beat(): void {
    this.#host.leg()?.measure()
    if (this.#body.entrance.log !== undefined) this.#body.entrance.note(() => ({ kind: 'tick' }))
    const now = this.#body.entrance.clock.now()
    this.#host.guard(() => this.#body.answering.tick(now))
    if (this.#deciding.floor === 'user' || this.#deciding.floor === 'overlap') this.#listen(now)
    this.#heed()
    this.#doubt(now)
    this.#fillSilence(now)
    this.#unstick(now)
    const due = this.#body.watchdog.due(now)
    if (due !== undefined) return this.#host.end(due)
    if (this.#host.stands()) this.#snapshots.beat(now)
  }

  /** While somebody speaks the session is not idle; but audio that stopped in the middle of it will not end it. */
  #listen(nowMs: number): void {
    this.#body.watchdog.active(nowMs)
    if (this.#body.watchdog.stalled(this.#body.caller.lastAudioAtMs, nowMs) && this.#body.overlap.speaking)
      this.#deciding.observe({ kind: 'speech-end', atMs: this.#body.caller.mediaMs })
  }

  /** An ear that never ends a speech would keep the floor for ever. */
  #doubt(nowMs: number): void {
    if (!this.#body.overlap.speaking || this.#body.parts.ear === undefined) return
    const stuckMs = this.#body.watchdog.unbelievedMs(nowMs)
    if (stuckMs === undefined || this.#host.leg() === undefined) return
    this.#body.telling.tell({ kind: 'recovered', floor: this.#deciding.floor, stuckMs })
    this.#deciding.observe({ kind: 'speech-end', atMs: this.#body.caller.mediaMs })
  }

  /** A caller who spoke into what none may interrupt is judged once the agent has come to what they may. */
  #heed(): void {
    if (this.#deciding.floor !== 'overlap' || this.#body.overlap.under || !this.#body.overlap.speaking) return
    const { bargeIn = this.#body.conduct.policy.bargeIn } = this.#body.answering.position
    if (bargeIn !== 'none') this.#deciding.duck(this.#body.caller.mediaMs)
  }

  #fillSilence(nowMs: number): void {
    const lateMs = this.#host.leg() === undefined ? undefined : this.#body.answering.lateMs
    const filler = lateMs === undefined ? undefined : this.#body.deadAir.filler(lateMs)
    if (filler !== undefined) this.#body.answering.fill(filler)
    const { conduct, overlap } = this.#body
    // Where only the far end's word counts, the caller speaks on an open floor.
    const speaks = conduct.isTold && overlap.speaking
    const isOpen = this.#deciding.floor === 'open' && !speaks
    const quiet = isOpen && this.#host.leg() !== undefined && this.#host.says()
    const prompt = this.#body.deadAir.prompt(quiet, nowMs)
    if (prompt === undefined) return
    if (prompt.text === '') this.#host.end('idle')
    else
      this.#deciding.observe({
        kind: 'end-of-turn',
        atMs: this.#body.caller.mediaMs,
        source: 'prompt',
        text: prompt.text,
      })
    if (prompt.last) this.#body.caller.lastPrompt()
  }

  #unstick(nowMs: number): void {
    const stuckMs = this.#stuck.look(
      {
        floor: this.#deciding.floor,
        speaking: this.#body.overlap.speaking,
        endpointRuns: this.#body.timers.runs('endpoint'),
        judgeRuns: this.#body.timers.runs('judge'),
        answering: this.#body.answering.busy,
        engineSilentMs: this.#body.answering.engineSilentMs,
      },
      nowMs,
    )
    if (stuckMs === undefined) return
    this.#body.telling.tell({ kind: 'recovered', floor: this.#deciding.floor, stuckMs })
    this.#deciding.observe({ kind: 'stuck', atMs: this.#body.caller.mediaMs })
  }
}
