/** An engine that answers a turn only while the budgets allow: else it says its closing words and hangs up. */

import { type Engine, type EngineLink, ParleyError, type ReplyPart, type Turn } from '@parley/core'
import type { BudgetGuard } from './budget-guard.js'

export interface BudgetedEngineOptions {
  readonly engine: Engine
  readonly guard: BudgetGuard
  /** Said when a budget is spent. */
  readonly closing: string
  /** What a reply costs, in micros, by the tokens and the characters that it says. */
  priceOf(used: {
    readonly inputTokens: number
    readonly outputTokens: number
    readonly characters: number
  }): number
}

export function budgetedEngine(options: BudgetedEngineOptions): Engine {
  const { engine } = options
  return {
    ...(engine.hearsSource === undefined ? {} : { hearsSource: engine.hearsSource }),
    async connect(call) {
      return budgetedLink(await engine.connect(call), options)
    },
  }
}

function budgetedLink(link: EngineLink, options: BudgetedEngineOptions): EngineLink {
  const { guard } = options
  const { boundary, forgetSound, say, committed, unanswered, forgot, heard, aside } = bound(link)

  async function* answer(
    make: (turn: Turn, signal: AbortSignal) => AsyncIterable<ReplyPart>,
    { turn, signal, refuse }: { turn: Turn; signal: AbortSignal; refuse(): AsyncIterable<ReplyPart> },
  ): AsyncGenerator<ReplyPart> {
    const taken = guard.take()
    const allowance = taken instanceof Promise ? await taken : taken
    if (allowance === false) {
      yield* refuse()
      return
    }
    const used = { inputTokens: 0, outputTokens: 0, characters: 0 }
    try {
      for await (const part of make(turn, signal)) {
        if (part.kind === 'words') used.characters += part.text.length
        // Each count stands for the whole reply so far.
        if (part.kind === 'usage') {
          used.inputTokens = part.inputTokens
          used.outputTokens = part.outputTokens
        }
        yield part
      }
    } finally {
      allowance.spend(options.priceOf(used))
      allowance.done()
    }
  }

  async function* closing(signal: AbortSignal): AsyncGenerator<ReplyPart> {
    if (say === undefined) yield { kind: 'words', text: options.closing }
    else yield* say(options.closing, signal)
    yield { kind: 'action', action: { name: 'hang-up' } }
  }

  return {
    hear: frame => link.hear(frame),
    reply: (turn, signal) =>
      answer((of, until) => link.reply(of, until), { turn, signal, refuse: () => closing(signal) }),
    close: () => link.close(),
    ...(boundary === undefined ? {} : { boundary }),
    ...(forgetSound === undefined ? {} : { forgetSound }),
    ...(say === undefined ? {} : { say }),
    ...(committed === undefined ? {} : { committed }),
    ...(unanswered === undefined ? {} : { unanswered }),
    ...(forgot === undefined ? {} : { forgot }),
    ...(heard === undefined ? {} : { heard }),
    ...(aside === undefined
      ? {}
      : { aside: (turn, signal) => answer(aside, { turn, signal, refuse: refused }) }),
  }
}

// biome-ignore lint/correctness/useYield: it only ever fails
async function* refused(): AsyncGenerator<ReplyPart> {
  throw new ParleyError('budget_spent')
}

/** What a link may lack, to be called without it. */
function bound(link: EngineLink) {
  return {
    boundary: link.boundary?.bind(link),
    forgetSound: link.forgetSound?.bind(link),
    say: link.say?.bind(link),
    committed: link.committed?.bind(link),
    unanswered: link.unanswered?.bind(link),
    forgot: link.forgot?.bind(link),
    heard: link.heard?.bind(link),
    aside: link.aside?.bind(link),
  }
}
