/** A turn handed over to a reasoner: a holding phrase where it takes long, who decided, and the answer. */

import type { Clock, LanguageModelPart, LanguageModelRequest, ParleyError } from '@parley/core'
import { orAbort } from '../tools/run-tool.js'
import { waitForTools } from '../tools/wait-for-tools.js'
import { consult, type Verdict, type Why } from './consult.js'
import type { Reasoner } from './reasoner.js'
import { undecided } from './reasoner-tool.js'

export interface ReasoningOptions {
  readonly clock: Clock
  /** Asks only once the turn is over, so that no answer that is thrown away costs a question. Default false. */
  readonly waits?: boolean
  /** How long the caller waits in silence before the holding phrase, from the end of the turn, ms. Default 200. */
  readonly holdAfterMs?: number
  /** A question got no answer; the fast model answers without it. */
  warn?(error: ParleyError): void
}

export interface Handed {
  readonly request: LanguageModelRequest
  readonly why: Why
  /** What the fast model has to say of it. */
  readonly asked?: string
}

/** Whether the answer was given; if not, the fast model has to. Ends soon after `signal` aborts. */
export async function* handOver(
  reasoner: Reasoner,
  options: ReasoningOptions,
  handed: Handed,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, boolean> {
  const { clock, holdAfterMs: fillerAfterMs = 200 } = options
  const { request } = handed
  const { committed, language, history } = request
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) own.abort()
  const asking = ask(reasoner, options, handed, own.signal)
  const wait = waitForTools(clock, { outcomes: [asking], fillerAfterMs, signal, committed })
  try {
    for (;;) {
      const next = await wait.next()
      if (next === 'aborted') return true
      if (next === 'over') break
      const turns = history.filter(({ role }) => role === 'user').length
      const phrase = next === 'filler' ? reasoner.holding(language, turns) : undefined
      yield phrase === undefined ? { kind: 'text', text: '' } : { kind: 'filler', text: phrase }
    }
    const verdict = await asking
    if (verdict === undefined || signal.aborted) return true
    const { decision, error, use } = verdict
    if (error !== undefined) options.warn?.(error)
    yield { kind: 'decision', ...use }
    if (decision === undefined) return false
    const { inputTokens, outputTokens, text } = decision
    yield { kind: 'usage', inputTokens, outputTokens }
    yield { kind: 'text', text }
    return true
  } finally {
    wait.end()
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

/** Never rejects; undefined if nobody waits any more. */
async function ask(
  reasoner: Reasoner,
  { clock, waits = false }: ReasoningOptions,
  { request, why, asked }: Handed,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const { userText: text = '', history, language, facts, committed, account } = request
  try {
    if (waits && committed !== undefined) await orAbort(signal, committed)
  } catch {
    return undefined
  }
  const question = {
    text,
    history,
    language,
    ...(asked === undefined ? {} : { asked }),
    ...(facts === undefined ? {} : { facts }),
    ...(account === undefined ? {} : { account }),
  }
  return consult({ reasoner, clock }, { question, why }, signal)
}

/** Whether the reasoner has had this answer already: it is not asked twice, however the fast model puts it. */
export function wasHanded(
  { instructions, exchanges = [] }: LanguageModelRequest,
  reasoner: Reasoner,
): boolean {
  const { name: tool } = reasoner.tool
  return (
    instructions?.endsWith(undecided) === true ||
    exchanges.some(({ calls }) => calls.some(({ name }) => name === tool))
  )
}

/** The request for the fast model after a decision that did not come: it is told to make none. */
export function withoutDecision(request: LanguageModelRequest): LanguageModelRequest {
  const { instructions } = request
  return {
    ...request,
    instructions: instructions === undefined ? undecided : `${instructions}\n\n${undecided}`,
  }
}
