import type { Resampler, Resampling } from '@parley/audio'
import type { EngineLink, SessionAction } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { ReplyId } from '../ids.js'
import type { LedgerMark } from '../ledger/marks.js'
import type { Playout } from '../playout/playout.js'
import type { CallerTurn } from '../turn/caller-turn.js'
import type { Json, Turn } from '../turn/history.js'
import { until } from '../until.js'

export interface ReplyRunParts {
  readonly reply: ReplyId
  readonly turn: CallerTurn
  /** The turn as the engine is to see it. */
  readonly view: Turn
  readonly link: EngineLink
  readonly playout: Playout
  readonly outputRate: number
  readonly resampling: Resampling
  now(): number
  mark(mark: LedgerMark): void
  /** Words entered the released reply; `untilMs` is their end in its audio. */
  words(text: string, untilMs: number): void
  failed(error: ParleyError): void
}

/**
 * One attempt at answering a turn: draws the engine's parts into the playout until they end or the run is aborted.
 * Nothing here depends on the engine obeying the abort: the playout drops what belongs to another reply.
 */
export class ReplyRun {
  readonly reply: ReplyId
  readonly turn: CallerTurn
  /** Text of the turn that this reply answers; a grown turn needs another. */
  readonly basis: string
  readonly actions: SessionAction[] = []
  state: Json | undefined
  readonly #parts: ReplyRunParts
  readonly #abort = new AbortController()
  /** Words of a prepared reply wait here; undefined once it is released. */
  #unsaid: { readonly text: string; readonly untilMs: number }[] | undefined = []
  #resampler: { readonly rate: number; readonly resampler: Resampler } | undefined
  #sounded = false

  constructor(parts: ReplyRunParts) {
    this.reply = parts.reply
    this.turn = parts.turn
    this.basis = parts.view.text
    this.#parts = parts
  }

  abort(): void {
    this.#abort.abort()
  }

  /** The reply is on its way to the ear: its words may be told. */
  release(): void {
    const unsaid = this.#unsaid ?? []
    this.#unsaid = undefined
    for (const { text, untilMs } of unsaid) this.#parts.words(text, untilMs)
  }

  async run(): Promise<void> {
    const { link, view, playout } = this.#parts
    const { signal } = this.#abort
    try {
      for await (const part of until(signal, link.reply(view, signal))) {
        if (signal.aborted) break
        switch (part.kind) {
          case 'audio':
            this.#audio(part.samples, part.rate)
            break
          case 'words':
            this.#words(part.text, playout.words(this.reply, part.text, part.untilMs))
            break
          case 'mark':
            this.#parts.mark(part.mark)
            break
          case 'state':
            this.state = part.state
            break
          case 'action':
            this.actions.push(part.action)
            break
          default:
            part satisfies never
        }
        await playout.room(this.reply)
      }
      if (!signal.aborted && this.#resampler !== undefined)
        this.#write(this.#resampler.resampler.flush().slice())
    } catch (error) {
      if (!signal.aborted) this.#parts.failed(ParleyError.from(error, 'engine_failed'))
    } finally {
      this.#resampler?.resampler.close()
      this.#resampler = undefined
      playout.end(this.reply, this.#parts.now())
    }
  }

  #words(text: string, untilMs: number): void {
    if (this.#unsaid === undefined) this.#parts.words(text, untilMs)
    else this.#unsaid.push({ text, untilMs })
  }

  #audio(samples: Int16Array, rate: number): void {
    if (!this.#sounded) this.#parts.mark('first-voice')
    this.#sounded = true
    const { outputRate, resampling } = this.#parts
    if (rate === outputRate) return this.#write(samples)
    if (this.#resampler?.rate !== rate) {
      this.#resampler?.resampler.close()
      this.#resampler = { rate, resampler: resampling.create({ fromRate: rate, toRate: outputRate }) }
    }
    // The resampler reuses its output, the playout keeps what it gets.
    this.#write(this.#resampler.resampler.process(samples).slice())
  }

  #write(samples: Int16Array): void {
    this.#parts.playout.audio(this.reply, samples, this.#parts.now())
  }
}
