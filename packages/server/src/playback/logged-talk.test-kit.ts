/** A conversation under virtual time whose log is kept as the gateway keeps it, and what the store would have of it. */

import type { DurableEvent, SessionId } from '@parley/core'
import type { LogEntry, StoredConversation, StoredReply } from '@parley/platform'
import { SimConversation, type SimConversationOptions, VirtualClock } from '@parley/sim'
import { createEventLogTap } from '../gateway/event-log-tap.js'

/** Epoch ms at the clock's zero. */
export const epochZeroMs = 1_700_000_000_000

export interface LoggedTalk {
  readonly talk: SimConversation
  readonly clock: VirtualClock
  readonly entries: readonly LogEntry[]
  stored(): StoredConversation
}

/** `startsAtMs`: what the clock shows when the session begins. */
export async function loggedTalk(
  options: SimConversationOptions = {},
  startsAtMs = 12_345,
  roundTripMs?: () => number | undefined,
): Promise<LoggedTalk> {
  const clock = options.clock ?? new VirtualClock()
  await clock.advance(startsAtMs)
  const entries: LogEntry[] = []
  const tap = createEventLogTap({
    store: { appendEvents: (_, added) => void entries.push(...added) },
    session: 'ses_sim' as SessionId,
    fromSeq: 0,
    fromMs: options.goesOnFrom?.atMs ?? 0,
    clock,
    epochMs: () => epochZeroMs + clock.now(),
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
  })
  const talk = await SimConversation.start({ ...options, clock, taps: [tap, ...(options.taps ?? [])] })
  return { talk, clock, entries, stored: () => storedFrom(talk.stored, clock.now()) }
}

interface FoldedTurn {
  user?: NonNullable<StoredConversation['turns'][number]['user']>
  readonly replies: Map<string, StoredReply>
}

/** As the store folds durable events: of several ends of one reply the last counts. */
export function storedFrom(events: readonly DurableEvent[], endMs: number): StoredConversation {
  const turns = new Map<string, FoldedTurn>()
  for (const event of events) {
    const turn: FoldedTurn = turns.get(event.turn) ?? { replies: new Map() }
    turns.set(event.turn, turn)
    if (event.kind === 'transcript-final') {
      const { text, origin, startMs, endMs: until, atMs } = event
      turn.user = { text, origin, startMs, endMs: until, atMs }
      continue
    }
    const reply = turn.replies.get(event.reply) ?? { id: event.reply }
    if (event.kind === 'ledger') turn.replies.set(event.reply, { ...reply, ledger: event.ledger })
    else {
      const { said, heard, interrupted, atMs, state, decision } = event
      const ended = {
        ...{
          said,
          interrupted,
          atMs,
          heardText: heard.text,
          heardMs: heard.ms,
          heardComplete: heard.complete,
        },
        ...{ heardSource: heard.source, heardErrorMs: heard.errorMs },
        ...(state === undefined ? {} : { state }),
        ...(decision === undefined ? {} : { decision }),
      }
      turn.replies.set(event.reply, { ...reply, ended })
    }
  }
  return {
    ...{ id: 'ses_sim' as SessionId, tenant: 'acme', agent: 'bank', language: 'en', edge: 'voice-ws' },
    startedAtMs: epochZeroMs,
    endedAtMs: epochZeroMs + endMs,
    endReason: 'client',
    turnCount: turns.size,
    turns: [...turns].map(([id, { user, replies }]) => ({
      id,
      ...(user === undefined ? {} : { user }),
      replies: [...replies.values()],
    })),
    truncated: false,
  }
}
