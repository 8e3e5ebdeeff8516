/** What a follower of a conversation is told of its events: who has the floor, never what was said. */
import type { SessionEvent } from '@parley/core'
import type { ConversationMessage } from '@parley/protocol'

/** Undefined for what is not told. */
export function conversationMessages(event: SessionEvent, session: string): readonly ConversationMessage[] {
  const { atMs } = event
  const base = { session, atMs }
  switch (event.kind) {
    case 'floor-changed':
      return [{ type: 'floor', ...base, floor: event.floor }]
    case 'speech-started':
    case 'speech-ended': {
      const { turn, mediaMs } = event
      return [{ type: 'speech', ...base, turn, mediaMs, speaking: event.kind === 'speech-started' }]
    }
    case 'turn-committed':
      return [{ type: 'turn', ...base, turn: event.turn, state: 'committed' }]
    case 'turn-reopened':
      return [{ type: 'turn', ...base, turn: event.turn, state: 'reopened' }]
    case 'reply-started':
      return [{ type: 'reply', ...base, reply: event.reply, turn: event.turn, state: 'started' }]
    case 'reply-sent':
      return [{ type: 'reply', ...base, reply: event.reply, state: 'sent', totalMs: event.totalMs }]
    case 'reply-ended': {
      const { reply, turn, interrupted, heard } = event
      const heardMs = heard.ms
      const ended = { type: 'reply', ...base, reply, turn, state: 'ended', heardMs } as const
      return interrupted ? [{ type: 'interruption', ...base, reply, turn, heardMs }, ended] : [ended]
    }
    case 'ducked':
    case 'resumed':
      return [{ type: 'overlap', ...base, reply: event.reply, state: event.kind }]
    case 'judged':
      return [{ type: 'overlap', ...base, reply: event.reply, state: event.ruling }]
    default:
      return []
  }
}
