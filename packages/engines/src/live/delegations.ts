/**
 * Questions that the model hands over, given to a reasoner. The newest counts: an answer to an older one, or to one whose
 * caller has moved on, is dropped. An interruption alone cancels nothing.
 */

import { type Clock, type HistoryEntry, ParleyError, type ReplyPart } from '@parley/core'
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
  /** After which time the caller is told to wait once more, ms. */
  readonly holdingAfterMs: number
  history(): readonly HistoryEntry[]
  think(text: string, task: FarTask): void
  tell(text: string, task: FarTask): void
  /** The speech that tells `text` was decided elsewhere. */
  decided(text: string, parts: readonly ReplyPart[]): void
  warn(error: ParleyError): void
}

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
    const beganMs = clock.now()
    const cancel = clock.after(options.holdingAfterMs, () => {
      const phrase = by.holding(options.language, holdings++)
      if (phrase !== undefined) options.tell(phrase, task)
    })
    signal.addEventListener('abort', cancel, { once: true })
    const use = (outcome: 'decided' | 'failed'): ReplyPart => ({
      kind: 'decision',
      by: by.name,
      cause: 'delegation',
      outcome,
      tookMs: clock.now() - beganMs,
    })
    try {
      const question = { text, history: options.history(), language: options.language }
      const { text: answer, inputTokens, outputTokens } = await by.decide(question, signal)
      if (signal.aborted) return
      options.decided(answer, [
        { kind: 'mark', mark: 'decision' },
        use('decided'),
        { kind: 'usage', inputTokens, outputTokens },
      ])
      options.tell(answer, task)
    } catch (error) {
      if (signal.aborted) return
      options.warn(ParleyError.from(error, 'provider_failed'))
      options.decided(failed, [use('failed')])
      options.tell(failed, task)
    } finally {
      cancel()
      signal.removeEventListener('abort', cancel)
      if (running?.task === task) running = undefined
    }
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
