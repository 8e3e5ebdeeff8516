import type { ServerMessage, ServerMessageOf } from '@parley/protocol'

/**
 * What a conversation was, as the far end of the wire saw it: turns with text, replies and ledgers. Pure bookkeeping
 * from messages; knows when nothing more is to be expected.
 */

export interface TalkReply {
  readonly reply: string
  said: string
  heard: string
  interrupted: boolean
  ledger?: ServerMessageOf<'ledger'>['ledger']
}

export interface TalkTurn {
  readonly turn: string
  /** What the caller said; empty when the agent spoke first or nothing was understood. */
  text: string
  committed: boolean
  readonly replies: TalkReply[]
}

export interface TalkBook {
  readonly turns: readonly TalkTurn[]
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  note(message: ServerMessage): void
  /** Whether nobody speaks, nobody thinks and every reply that began has ended. */
  readonly quiet: boolean
  /** Whether the agent is being heard. */
  readonly agentSpeaks: boolean
  /** Whether a reply has begun and not ended. */
  readonly speaking: boolean
  /** Turns that were committed and whose reply has ended. */
  readonly answered: number
  /** Turns that were committed, understood or not. */
  readonly asked: number
}

export function createTalkBook(): TalkBook {
  const turns: TalkTurn[] = []
  const warnings: { code: string; message: string }[] = []
  const open = new Set<string>()
  const ended = new Set<string>()
  let floor: ServerMessageOf<'floor-changed'>['floor'] = 'open'

  function turnOf(id: string): TalkTurn {
    const known = turns.find(({ turn }) => turn === id)
    if (known) return known
    const fresh: TalkTurn = { turn: id, text: '', committed: false, replies: [] }
    turns.push(fresh)
    return fresh
  }

  function replyOf(turn: string, reply: string): TalkReply {
    const { replies } = turnOf(turn)
    const known = replies.find(each => each.reply === reply)
    if (known) return known
    const fresh: TalkReply = { reply, said: '', heard: '', interrupted: false }
    replies.push(fresh)
    return fresh
  }

  function note(message: ServerMessage): void {
    switch (message.type) {
      case 'floor-changed':
        floor = message.floor
        return
      case 'transcript-final':
        turnOf(message.turn).text = message.text
        return
      case 'turn-committed':
        turnOf(message.turn).committed = true
        return
      case 'reply-started':
        replyOf(message.turn, message.reply)
        open.add(message.reply)
        return
      case 'reply-ended': {
        const reply = replyOf(message.turn, message.reply)
        reply.said = message.said
        reply.heard = message.heard.text
        reply.interrupted = message.interrupted
        open.delete(message.reply)
        ended.add(message.turn)
        return
      }
      case 'ledger':
        replyOf(message.turn, message.reply).ledger = message.ledger
        return
      case 'warning':
        warnings.push({ code: message.code, message: message.message })
        return
      default:
        return
    }
  }

  const asked = () => turns.filter(({ committed }) => committed)
  return {
    turns,
    warnings,
    note,
    get quiet() {
      return floor === 'open' && open.size === 0
    },
    get speaking() {
      return open.size > 0
    },
    get agentSpeaks() {
      return floor === 'agent'
    },
    get asked() {
      return asked().length
    },
    get answered() {
      return asked().filter(({ turn }) => ended.has(turn)).length
    },
  }
}
