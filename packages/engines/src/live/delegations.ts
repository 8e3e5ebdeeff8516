/**
 * Questions that the model hands over, given to a reasoner. The newest counts: an answer to an older one, or to one whose
 * caller has moved on, is dropped. An interruption alone cancels nothing.
 */

import type { Clock, HistoryEntry, ParleyError, ReplyPart, UsageAccount } from '@parley/core'
import { consult } from '../reasoner/consult.js'
import type { Reasoner } from '../reasoner/reasoner.js'
import type { FarTask } from './far-line-contract.js'

export interface Delegations {
  /** `asked`: the caller's words. */
  begin(task: FarTask, asked: { readonly text: string; readonly atMs: number }): void
  /** Media time of the question under way. */
  readonly askedAtMs: number | undefined
  /** The caller speaks of something else. */
  moveOn(): void
  close(): void
}

export interface DelegationsOptions {
  readonly reasoner: Reasoner | undefined
  readonly language: string
  readonly clock: Clock
  /** Who pays for the questions. */
  readonly account?: UsageAccount
  /** After which time the caller is told to wait once more, ms. */
  readonly holdingAfterMs: number
  history(): readonly HistoryEntry[]
  think(text: string, task: FarTask): void
  tell(text: string, task: FarTask): void
  /** The speech that tells `text` was decided elsewhere. */
  decided(text: string, parts: readonly ReplyPart[]): void
  warn(error: ParleyError): void
}

const why = { cause: 'delegation' } as const
const noOne =
  'There is nobody to hand this question to. Tell the caller honestly that you cannot find it out, and offer what you can do.'
const failed =
  'It could not be found out just now. Tell the caller so honestly, guess nothing, and offer what you can do instead.'
const overtaken =
  'The talk went on to something else, and this question is not being looked into any more. Hand it over again if the caller still wants the answer.'

export function delegations(options: DelegationsOptions): Delegations {
  const { reasoner, clock } = options
  let running: { readonly task: FarTask; readonly atMs: number; readonly stop: AbortController } | undefined
  let holdings = 0

  function overtake(): void {
    if (running === undefined) return
    running.stop.abort()
    options.think(overtaken, running.task)
    running = undefined
  }

  async function decide(by: Reasoner, task: FarTask, text: string, signal: AbortSignal): Promise<void> {
    const cancel = clock.after(options.holdingAfterMs, () => {
      const phrase = by.holding(options.language, holdings++)
      if (phrase !== undefined) options.tell(phrase, task)
    })
    signal.addEventListener('abort', cancel, { once: true })
    const { language, account } = options
    const question = { text, history: options.history(), language, ...(account && { account }) }
    const verdict = await consult({ reasoner: by, clock }, { question, why }, signal)
    cancel()
    signal.removeEventListener('abort', cancel)
    if (signal.aborted) return
    running = undefined
    const { decision, error, use } = verdict
    const decided = { kind: 'decision', ...use } as const
    if (error !== undefined) options.warn(error)
    if (decision === undefined) options.decided(failed, [decided])
    else {
      const { inputTokens, outputTokens } = decision
      const usage = { kind: 'usage', inputTokens, outputTokens } as const
      options.decided(decision.text, [{ kind: 'mark', mark: 'decision' }, decided, usage])
    }
    options.tell(decision?.text ?? failed, task)
  }

  return {
    begin(task, { text, atMs }) {
      overtake()
      if (reasoner === undefined) return options.tell(noOne, task)
      const stop = new AbortController()
      running = { task, atMs, stop }
      void decide(reasoner, task, text, stop.signal)
    },
    get askedAtMs() {
      return running?.atMs
    },
    moveOn: overtake,
    close() {
      running?.stop.abort()
      running = undefined
    },
  }
}
