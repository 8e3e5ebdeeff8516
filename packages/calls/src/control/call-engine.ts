/**
 * An agent's engine in a phone call: says that the call is recorded before anything else, and leaves a message where a
 * machine has answered. Everything else is the engine's own.
 */

import type { BargeIn, Engine, EngineCall, EngineLink, ReplyPart, Turn } from '@parley/core'

export interface CallManner {
  /** Said first, and nobody may interrupt it. */
  readonly consent?: string
  /** Who may take the floor from what is said behind it. */
  readonly bargeIn: BargeIn
  /** Once it gives a text, that is all there is to be said: then the call ends. Asked for each answer. */
  message(): string | undefined
}

export function callEngine(engine: Engine, manner: CallManner): Engine {
  const { hearsSource } = engine
  return {
    ...(hearsSource === undefined ? {} : { hearsSource }),
    async connect(call: EngineCall): Promise<EngineLink> {
      return mannered(await engine.connect(call), manner)
    },
  }
}

function mannered(link: EngineLink, manner: CallManner): EngineLink {
  async function* opening(turn: Turn, consent: string, signal: AbortSignal): AsyncGenerator<ReplyPart> {
    yield { kind: 'barge-in', allow: 'none' }
    yield* say(link, consent, signal)
    yield { kind: 'barge-in', allow: manner.bargeIn }
    yield* link.reply(turn, signal)
  }

  async function* leaving(text: string, signal: AbortSignal): AsyncGenerator<ReplyPart> {
    yield { kind: 'barge-in', allow: 'none' }
    yield* say(link, text, signal)
    yield { kind: 'action', action: { name: 'hang-up' } }
  }

  return delegating(link, (turn, signal) => {
    const message = manner.message()
    if (message !== undefined) return leaving(message, signal)
    const { consent } = manner
    if (turn.origin === 'opening' && consent !== undefined && !wasSaid(consent, turn))
      return opening(turn, consent, signal)
    return link.reply(turn, signal)
  })
}

/** By the process before this one, or it is being said: a caller who comes back is not told again. */
function wasSaid(consent: string, { begun }: Turn): boolean {
  return begun !== undefined && spaced(begun.said).startsWith(spaced(consent))
}

function spaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

/** An engine that cannot say a text of ours says nothing, rather than something else. */
function say(link: EngineLink, text: string, signal: AbortSignal): AsyncIterable<ReplyPart> {
  return link.say?.(text, signal) ?? silence()
}

async function* silence(): AsyncGenerator<ReplyPart> {}

/** The link with another `reply`. */
export function delegating(link: EngineLink, reply: EngineLink['reply']): EngineLink {
  return {
    hear: frame => link.hear(frame),
    reply,
    close: () => link.close(),
    ...(link.boundary && { boundary: at => link.boundary?.(at) }),
    ...(link.forgetSound && { forgetSound: () => link.forgetSound?.() }),
    ...(link.say && { say: link.say.bind(link) }),
    ...(link.committed && { committed: turn => link.committed?.(turn) }),
    ...(link.unanswered && { unanswered: turn => link.unanswered?.(turn) }),
    ...(link.forgot && { forgot: turn => link.forgot?.(turn) }),
    ...(link.heard && { heard: (heard, account) => link.heard?.(heard, account) }),
    ...(link.aside && { aside: link.aside.bind(link) }),
  }
}
