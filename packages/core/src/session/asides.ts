/**
 * Answers beside the conversation. They touch nothing of it: no floor, no history, no sound on its way, not its log. They
 * end with the session.
 */

import type { Ids } from '../clock/clock.js'
import type { EngineLink, ReplyPart } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { TurnId } from '../ids.js'
import type { HistoryEntry, Turn } from '../turn/history.js'
import { until } from '../until.js'
import type { Aside } from './steering.js'

/** At once; a far end that asks for more is told so. */
const MAX_ASIDES = 8

export interface AsidesParts {
  /** Not the entrance's: what is drawn here is in no log. */
  readonly ids: Ids
  link(): EngineLink | undefined
  history(): readonly HistoryEntry[]
  /** End of what was heard so far, in media time. */
  mediaMs(): number
}

export class Asides {
  readonly #parts: AsidesParts
  readonly #running = new Set<AbortController>()
  #closed = false

  constructor(parts: AsidesParts) {
    this.#parts = parts
  }

  /** The answer; ends at once where there is no engine, or no session any more. Throws `overloaded` beyond eight. */
  async *run({ history, wishes }: Aside, signal: AbortSignal): AsyncGenerator<ReplyPart> {
    const link = this.#parts.link()
    if (link === undefined || this.#closed || signal.aborted) return
    if (this.#running.size >= MAX_ASIDES)
      throw new ParleyError(
        'overloaded',
        `${MAX_ASIDES} answers beside this conversation are being made; wait for one.`,
      )
    const own = new AbortController()
    const stop = () => own.abort()
    this.#running.add(own)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const turn = this.#turnOf(history ?? this.#parts.history(), wishes)
      const parts = link.aside?.(turn, own.signal) ?? link.reply(turn, own.signal)
      yield* until(own.signal, parts)
    } catch (error) {
      throw ParleyError.from(error, 'engine_failed')
    } finally {
      signal.removeEventListener('abort', stop)
      this.#running.delete(own)
      own.abort()
    }
  }

  close(): void {
    this.#closed = true
    for (const running of this.#running) running.abort()
  }

  #turnOf(history: readonly HistoryEntry[], wishes: Aside['wishes']): Turn {
    const atMs = this.#parts.mediaMs()
    const asked = Object.keys(wishes).length === 0 ? {} : { wishes }
    const id = this.#parts.ids.next('trn') as TurnId
    return { id, origin: 'asked', text: '', startMs: atMs, endMs: atMs, history, ...asked }
  }
}
