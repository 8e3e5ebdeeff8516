import type { ContextUse, DecisionUse, LatencyLedger, LedgerStage } from './ledger.js'
import { type LedgerMark, ledgerMarks } from './marks.js'

/**
 * Collects the marks of one turn and draws the line from the last voiced sample to the first sample heard.
 *
 * Work that was prepared during the endpointing silence has its marks before `endpoint`; so stages are the
 * differences of neighbours in time, each named for the mark that ends it, and add up whatever ran beside what.
 */
export class TurnLedger {
  readonly #marks = new Map<LedgerMark, number>()
  #context: ContextUse | undefined
  #decision: DecisionUse | undefined

  /** Sets a mark, in ms of the session clock. The first word counts, but for `last-voice` and `endpoint`, which move. */
  mark(mark: LedgerMark, atMs: number): void {
    if (isCallers(mark) || !this.#marks.has(mark)) this.#marks.set(mark, atMs)
  }

  /** What was looked up for the answer. */
  context({ used, late, failed }: ContextUse): void {
    this.#context = { used, late, failed }
  }

  /** Who decided the answer. */
  decision(use: DecisionUse): void {
    this.#decision = use
  }

  /** Forgets what belonged to an answer that was thrown away; what the caller did stays. */
  discardAnswer(): void {
    this.#context = undefined
    this.#decision = undefined
    for (const mark of ledgerMarks) if (!isCallers(mark)) this.#marks.delete(mark)
  }

  /** The ledger, once both ends of the line are known. */
  close(heardSource: LatencyLedger['heardSource']): LatencyLedger | undefined {
    const start = this.#marks.get('last-voice')
    const end = this.#marks.get('first-heard')
    if (start === undefined || end === undefined) return undefined
    const inner = ledgerMarks
      .filter(mark => mark !== 'last-voice' && this.#marks.has(mark))
      .map(mark => ({
        mark,
        at: Math.min(Math.max(this.#marks.get(mark) ?? start, start), Math.max(start, end)),
      }))
      .sort((a, b) => a.at - b.at)
    const stages: LedgerStage[] = []
    let from = start
    for (const { mark, at } of inner) {
      stages.push({ stage: mark, startMs: from - start, durationMs: at - from })
      from = at
    }
    const totalMs = Math.max(end - start, 0)
    const attributed = stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
    const context = this.#context
    const decision = this.#decision
    return {
      totalMs,
      stages,
      unattributedMs: totalMs - attributed,
      heardSource,
      ...(context === undefined ? {} : { context }),
      ...(decision === undefined ? {} : { decision }),
    }
  }
}

/** Marks of the turn itself, not of an answer to it. */
function isCallers(mark: LedgerMark): boolean {
  return mark === 'last-voice' || mark === 'endpoint'
}
