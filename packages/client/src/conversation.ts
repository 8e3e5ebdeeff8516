/**
 * A conversation as a page shows it, folded from what the gateway says and from what this page's player heard.
 * Pure: the same messages give the same view. Bounded: the oldest entries and ledgers go first.
 */
import type { PastEntry, ServerMessage, ServerMessageOf } from '@parley/protocol'

export type Floor = ServerMessageOf<'floor-changed'>['floor']
export type Ledger = ServerMessageOf<'ledger'>['ledger']

export interface UserEntry {
  readonly kind: 'user'
  readonly turn: string
  readonly text: string
  /** False while the recogniser may still change the words. */
  readonly final: boolean
  readonly origin: 'speech' | 'text'
}

/** Speech into a reply, and what the gateway made of it. */
export type Overlap = Pick<ServerMessageOf<'judged'>, 'ruling' | 'afterOnsetMs' | 'reasons'>

export interface AgentEntry {
  readonly kind: 'agent'
  readonly turn: string
  readonly reply: string
  /** Words as they were sent, with the place in the reply's audio where each piece ends. */
  readonly words: readonly { readonly text: string; readonly untilMs: number }[]
  /** Heard so far by this page's own account. */
  readonly playedMs: number
  /** How speech into this reply was ruled, oldest first; a `hold` is replaced by the ruling that follows it. */
  readonly overlaps: readonly Overlap[]
  /** The gateway's settled account; undefined while the reply is under way. */
  readonly outcome:
    | { readonly said: string; readonly heard: string; readonly interrupted: boolean }
    | undefined
}

export type ConversationEntry = UserEntry | AgentEntry

export interface TurnLedger {
  readonly turn: string
  readonly reply: string
  readonly ledger: Ledger
}

export interface Conversation {
  readonly session: string | undefined
  readonly floor: Floor
  readonly entries: readonly ConversationEntry[]
  readonly ledgers: readonly TurnLedger[]
}

/** What the fold takes: a message of the gateway, or how far this page's player is in a reply. */
export type ConversationInput =
  | ServerMessage
  | { readonly type: 'played-here'; readonly reply: string; readonly ms: number }

const MAX_ENTRIES = 500
const MAX_LEDGERS = 100
const MAX_OVERLAPS = 20

export const emptyConversation: Conversation = {
  session: undefined,
  floor: 'open',
  entries: [],
  ledgers: [],
}

/** The conversation after `input`; the same object where nothing that is shown changed. */
export function conversationStep(conversation: Conversation, input: ConversationInput): Conversation {
  switch (input.type) {
    case 'ready':
      return begin(conversation, input)
    case 'floor-changed':
      return { ...conversation, floor: input.floor }
    case 'transcript-partial':
      return withUser(conversation, { ...userOf(input), final: false, origin: 'speech' })
    case 'transcript-final':
      return withUser(conversation, { ...userOf(input), final: true, origin: input.origin })
    case 'reply-started':
      return withAgent(conversation, input.reply, entry => ({ ...entry, turn: input.turn }))
    case 'reply-words':
      return withAgent(conversation, input.reply, entry => ({ ...entry, words: joinWords(entry, input) }))
    case 'played-here':
      return withPlayed(conversation, input.reply, input.ms)
    case 'reply-ended':
      return withAgent(conversation, input.reply, entry => ({
        ...entry,
        turn: input.turn,
        outcome: { said: input.said, heard: input.heard.text, interrupted: input.interrupted },
      }))
    case 'judged':
      return withAgent(conversation, input.reply, entry => ({ ...entry, overlaps: ruled(entry, input) }))
    case 'ledger':
      return withLedger(conversation, input)
    case 'history':
      return withHistory(conversation, input.entries)
    case 'session-ended':
      return { ...conversation, floor: 'open' }
    default:
      return conversation
  }
}

/** What was heard of a reply and what was not, for marking words: settled if it ended, by the player until then. */
export function heardParts(entry: AgentEntry): { readonly heard: string; readonly unheard: string } {
  const { outcome, words, playedMs } = entry
  if (outcome === undefined) {
    const until = words.filter(word => word.untilMs <= playedMs).length
    return { heard: joined(words.slice(0, until)), unheard: joined(words.slice(until)) }
  }
  if (!outcome.interrupted) return { heard: outcome.said, unheard: '' }
  const said = outcome.said.trim()
  const heard = outcome.heard.trim()
  if (said.startsWith(heard)) return { heard, unheard: said.slice(heard.length).trimStart() }
  // The words heard were joined with other spaces than the words said: the count of words still tells them apart.
  const count = heard === '' ? 0 : heard.split(/\s+/).length
  const all = said.split(/\s+/)
  return { heard: all.slice(0, count).join(' '), unheard: all.slice(count).join(' ') }
}

/** Whether there is anything to show: a reply may be under way, or have ended, without a word. */
export function hasWords(entry: ConversationEntry): boolean {
  if (entry.kind === 'user') return entry.text !== ''
  return entry.words.length > 0 || (entry.outcome?.said ?? '').trim() !== ''
}

function joined(words: AgentEntry['words']): string {
  return words.map(word => word.text).join('')
}

function begin(conversation: Conversation, ready: ServerMessageOf<'ready'>): Conversation {
  // A device that joins again tells what it knows already; its history is put to that.
  const goesOn = ready.resumed || ready.session === conversation.session
  if (goesOn) return { ...conversation, session: ready.session }
  return { ...emptyConversation, session: ready.session }
}

function userOf(input: { readonly turn: string; readonly text: string }) {
  return { kind: 'user', turn: input.turn, text: input.text } as const
}

/** A final never goes back to a partial, whichever comes last; a turn without words is not shown. */
function withUser(conversation: Conversation, entry: UserEntry): Conversation {
  const { entries } = conversation
  const at = entries.findIndex(each => each.kind === 'user' && each.turn === entry.turn)
  const known = entries[at]
  if (known?.kind === 'user' && known.final && !entry.final) return conversation
  if (entry.text.trim() === '') {
    return known === undefined ? conversation : { ...conversation, entries: entries.toSpliced(at, 1) }
  }
  if (at >= 0) return { ...conversation, entries: entries.with(at, entry) }
  const answer = entries.findIndex(each => each.kind === 'agent' && each.turn === entry.turn)
  const place = answer < 0 ? entries.length : answer
  return { ...conversation, entries: entries.toSpliced(place, 0, entry).slice(-MAX_ENTRIES) }
}

function withAgent(
  conversation: Conversation,
  reply: string,
  change: (entry: AgentEntry) => AgentEntry,
): Conversation {
  const { entries } = conversation
  const at = entries.findIndex(each => each.kind === 'agent' && each.reply === reply)
  const known = entries[at]
  if (known?.kind === 'agent') return { ...conversation, entries: entries.with(at, change(known)) }
  return { ...conversation, entries: [...entries, change(freshAgent(reply))].slice(-MAX_ENTRIES) }
}

/** The player may report a reply the gateway has not spoken of yet or that left the view: nothing to show then. */
function withPlayed(conversation: Conversation, reply: string, ms: number): Conversation {
  const known = conversation.entries.some(each => each.kind === 'agent' && each.reply === reply)
  if (!known) return conversation
  return withAgent(conversation, reply, entry => ({ ...entry, playedMs: Math.max(entry.playedMs, ms) }))
}

/**
 * What was said before this device joined. What it knows as well is not repeated; what only it knows comes before, if it is
 * over (the history does not go back for ever), else behind.
 */
function withHistory(conversation: Conversation, past: readonly PastEntry[]): Conversation {
  const { entries } = conversation
  const told = new Set(past.map(keyOf))
  const known = new Map(entries.map(entry => [keyOf(entry), entry]))
  const firstTold = entries.findIndex(entry => told.has(keyOf(entry)))
  const isBefore = (entry: ConversationEntry, at: number) =>
    isOver(entry) && (firstTold < 0 || at < firstTold)
  const others = entries.filter(entry => !told.has(keyOf(entry)))
  const before = others.filter(entry => isBefore(entry, entries.indexOf(entry)))
  const behind = others.filter(entry => !before.includes(entry))
  const history = past.map(entry => rememberedOf(entry, known.get(keyOf(entry))))
  return { ...conversation, entries: [...before, ...history, ...behind].slice(-MAX_ENTRIES) }
}

function keyOf(entry: ConversationEntry | PastEntry): string {
  return entry.kind === 'user' ? `user ${entry.turn}` : `agent ${entry.reply}`
}

function isOver(entry: ConversationEntry): boolean {
  return entry.kind === 'user' ? entry.final : entry.outcome !== undefined
}

function rememberedOf(past: PastEntry, known: ConversationEntry | undefined): ConversationEntry {
  if (past.kind === 'user') {
    const { turn, text, origin } = past
    return { kind: 'user', turn, text, origin, final: true }
  }
  const { turn, reply, said, heard, interrupted } = past
  const agent = known?.kind === 'agent' ? known : freshAgent(reply)
  return { ...agent, turn, outcome: { said, heard, interrupted } }
}

function freshAgent(reply: string): AgentEntry {
  return { kind: 'agent', turn: '', reply, words: [], playedMs: 0, overlaps: [], outcome: undefined }
}

function ruled({ overlaps }: AgentEntry, { ruling, afterOnsetMs, reasons }: Overlap): readonly Overlap[] {
  const settled = overlaps.at(-1)?.ruling === 'hold' ? overlaps.slice(0, -1) : overlaps
  return [...settled, { ruling, afterOnsetMs, reasons }].slice(-MAX_OVERLAPS)
}

/** After a resume or another joining words may come again: all of them, or those that end with the known ones. */
function joinWords(entry: AgentEntry, piece: { readonly text: string; readonly untilMs: number }) {
  const last = entry.words.at(-1)
  const isKnown = entry.words.some(({ text, untilMs }) => untilMs === piece.untilMs && text === piece.text)
  const repeated =
    isKnown ||
    (last !== undefined && piece.untilMs <= last.untilMs && joined(entry.words).endsWith(piece.text))
  return repeated ? entry.words : [...entry.words, { text: piece.text, untilMs: piece.untilMs }]
}

function withLedger(conversation: Conversation, { turn, reply, ledger }: ServerMessageOf<'ledger'>) {
  const others = conversation.ledgers.filter(each => each.reply !== reply)
  return { ...conversation, ledgers: [...others, { turn, reply, ledger }].slice(-MAX_LEDGERS) }
}
