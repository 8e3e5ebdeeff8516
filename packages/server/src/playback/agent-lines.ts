/** What the agent said, word by word, with when each was heard. */

import { type PlacedWord, placeWords, type SpokenWords } from '@parley/core'
import type { LoggedEvent, StoredReply, StoredTurn } from '@parley/platform'
import type { AgentLine } from './playback-schema.js'
import { endedAt, heardAt, placesOf, type ReplyPlaces } from './reply-places.js'

/** A voice says no more words than this in a reply that anybody hears to its end. */
const MOST_WORDS = 4_000

export interface AgentLines {
  of(turn: StoredTurn): readonly AgentLine[]
}

export function createAgentLines(log: readonly LoggedEvent[], language: string): AgentLines {
  const places = placesOf(log)
  const words = wordsOf(log)
  return {
    of: turn =>
      turn.replies.flatMap(reply => {
        const placed = places.get(reply.id)
        const line = lineOf({ turn: turn.id, reply, placed, spoken: words.get(reply.id), language })
        return line === undefined ? [] : [line]
      }),
  }
}

function wordsOf(log: readonly LoggedEvent[]): ReadonlyMap<string, SpokenWords[]> {
  const replies = new Map<string, SpokenWords[]>()
  for (const event of log) {
    if (event.kind !== 'reply-words') continue
    const { reply, text, untilMs } = event
    const known = replies.get(reply)
    if (known === undefined) replies.set(reply, [{ text, untilMs }])
    else known.push({ text, untilMs })
  }
  return replies
}

interface Telling {
  readonly turn: string
  readonly reply: StoredReply
  readonly placed: ReplyPlaces | undefined
  readonly spoken: readonly SpokenWords[] | undefined
  readonly language: string
}

function lineOf({ turn, reply, placed, spoken, language }: Telling): AgentLine | undefined {
  const { ended, ledger } = reply
  // The process died in the middle of it: what was sent is taken for heard.
  const sentMs = placed?.reduce((most, { fromMs, durationMs }) => Math.max(most, fromMs + durationMs), 0)
  const heardMs = ended?.heardMs ?? sentMs
  if (heardMs === undefined) return undefined
  const places =
    placed === undefined
      ? [{ fromMs: 0, atMs: Math.max(0, (ended?.atMs ?? 0) - heardMs), durationMs: heardMs }]
      : endedAt(placed, heardMs)
  const known = wordsIn(spoken, ended, { totalMs: heardMs, language }).slice(0, MOST_WORDS)
  const heardLetters = ended === undefined || ended.heardComplete ? Infinity : lettersOf(ended.heardText)
  let fromMs = 0
  let letters = 0
  const words = known.map(({ text, untilMs }) => {
    letters += lettersOf(text)
    const startMs = Math.round(heardAt(places, Math.min(fromMs, heardMs), 'begin'))
    const endMs = Math.max(startMs, Math.round(heardAt(places, Math.min(untilMs, heardMs), 'end')))
    fromMs = untilMs
    return { text: text.trim(), startMs, endMs, heard: letters <= heardLetters }
  })
  return {
    by: 'agent',
    turn,
    reply: reply.id,
    words,
    startMs: Math.round(heardAt(places, 0, 'begin')),
    endMs: Math.round(heardAt(places, heardMs, 'end')),
    heardMs: Math.round(heardMs),
    interrupted: ended !== undefined && (ended.interrupted || !ended.heardComplete),
    heardSource: ended?.heardSource ?? 'estimated',
    times: placed === undefined ? 'estimated' : 'logged',
    ...(ledger === undefined ? {} : { ledger: ledgerOf(ledger) }),
    ...(ended?.decision === undefined ? {} : { decision: ended.decision }),
  }
}

/** Words that were sent and taken back later are not said: the end of the reply has the last word on its text. */
function wordsIn(
  spoken: readonly SpokenWords[] | undefined,
  ended: StoredReply['ended'],
  sound: { readonly totalMs: number; readonly language: string },
): readonly PlacedWord[] {
  if (ended === undefined) return placeWords(spoken ?? [], sound)
  if (spoken !== undefined) return placeWords(cut(spoken, lettersOf(ended.said)), sound)
  // Nothing of it was logged: its text is spread over what was heard.
  const { said, heardComplete, heardText } = ended
  const heard = heardComplete ? said : heardText
  const untilMs = sound.totalMs
  const rest = said.trim().slice(heard.trim().length).match(/\S+/g) ?? []
  return [
    ...(heard.trim() === '' ? [] : placeWords([{ text: heard, untilMs: undefined }], sound)),
    ...rest.map(text => ({ text, untilMs })),
  ]
}

function cut(spoken: readonly SpokenWords[], most: number): readonly SpokenWords[] {
  const kept: SpokenWords[] = []
  let letters = 0
  for (const each of spoken) {
    letters += lettersOf(each.text)
    if (letters > most) break
    kept.push(each)
  }
  return kept
}

/** White space differs between what was said piece by piece and the whole of it. */
function lettersOf(text: string): number {
  return text.replace(/\s+/g, '').length
}

function ledgerOf(ledger: NonNullable<StoredReply['ledger']>): NonNullable<AgentLine['ledger']> {
  const { stages, context, ...rest } = ledger
  if (context === undefined) return { ...rest, stages: [...stages] }
  const { used, late, failed } = context
  return { ...rest, stages: [...stages], context: { used: [...used], late: [...late], failed: [...failed] } }
}
