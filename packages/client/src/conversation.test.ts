import { describe, expect, it } from 'vitest'
import {
  type AgentEntry,
  type Conversation,
  type ConversationInput,
  conversationStep,
  emptyConversation,
  hasWords,
  heardParts,
} from './conversation.js'
import { readyMessage } from './testing/virtual-page.js'

function fold(...inputs: ConversationInput[]): Conversation {
  return inputs.reduce(conversationStep, emptyConversation)
}

const final = (turn: string, text: string) =>
  ({ type: 'transcript-final', atMs: 0, turn, text, origin: 'speech', startMs: 0, endMs: 1 }) as const
const partial = (turn: string, text: string) => ({ type: 'transcript-partial', atMs: 0, turn, text }) as const
const started = (turn: string, reply: string) => ({ type: 'reply-started', atMs: 0, turn, reply }) as const
const words = (reply: string, text: string, untilMs: number) =>
  ({ type: 'reply-words', atMs: 0, reply, text, untilMs }) as const
const ended = (reply: string, said: string, heard: string, interrupted: boolean) =>
  ({
    type: 'reply-ended',
    atMs: 0,
    turn: 't1',
    reply,
    said,
    interrupted,
    heard: { reply, ms: 1, text: heard, complete: !interrupted, source: 'reported', errorMs: 0 },
  }) as const

function agentOf(conversation: Conversation): AgentEntry {
  const entry = conversation.entries.find(each => each.kind === 'agent')
  if (entry?.kind !== 'agent') throw new Error('no agent entry')
  return entry
}

describe('the conversation', () => {
  it('turns partials into one final and never back', () => {
    const { entries } = fold(
      partial('t1', 'hel'),
      partial('t1', 'hello'),
      final('t1', 'Hello.'),
      partial('t1', 'x'),
    )
    expect(entries).toEqual([{ kind: 'user', turn: 't1', text: 'Hello.', final: true, origin: 'speech' }])
  })

  it('shows no turn without words', () => {
    expect(fold(final('t1', ' ')).entries).toEqual([])
    expect(fold(partial('t1', 'hm'), final('t1', '')).entries).toEqual([])
  })

  it('puts a late final before its answer', () => {
    const { entries } = fold(started('t1', 'r1'), final('t1', 'Hello.'))
    expect(entries.map(entry => entry.kind)).toEqual(['user', 'agent'])
  })

  it('tells heard words from those still to come while a reply plays', () => {
    const conversation = fold(
      started('t1', 'r1'),
      words('r1', 'Good ', 200),
      words('r1', 'morning.', 600),
      { type: 'played-here', reply: 'r1', ms: 250 },
      { type: 'played-here', reply: 'r1', ms: 220 },
    )
    expect(heardParts(agentOf(conversation))).toEqual({ heard: 'Good ', unheard: 'morning.' })
  })

  it('marks what was not heard of an interrupted reply', () => {
    const said = 'Your balance is ten euros.'
    const cut = fold(started('t1', 'r1'), ended('r1', said, 'Your balance', true))
    expect(heardParts(agentOf(cut))).toEqual({ heard: 'Your balance', unheard: 'is ten euros.' })
    const respaced = fold(started('t1', 'r1'), ended('r1', 'Your  balance is ten.', 'Your balance', true))
    expect(heardParts(agentOf(respaced))).toEqual({ heard: 'Your balance', unheard: 'is ten.' })
    const whole = fold(started('t1', 'r1'), ended('r1', said, said, false))
    expect(heardParts(agentOf(whole))).toEqual({ heard: said, unheard: '' })
  })

  it('does not repeat words that come again after a resume', () => {
    const conversation = fold(
      started('t1', 'r1'),
      words('r1', 'Good ', 200),
      words('r1', 'morning.', 600),
      readyMessage({ resumed: true }),
      words('r1', 'morning.', 600),
    )
    expect(agentOf(conversation).words.map(word => word.text)).toEqual(['Good ', 'morning.'])
  })

  it('does not repeat words that come again from the first one when a device joins again', () => {
    const conversation = fold(
      started('t1', 'r1'),
      words('r1', 'Good ', 200),
      words('r1', 'morning.', 600),
      readyMessage({ resumed: false }),
      started('t1', 'r1'),
      words('r1', 'Good ', 200),
      words('r1', 'morning.', 600),
      words('r1', ' Yes?', 900),
    )
    expect(agentOf(conversation).words.map(word => word.text)).toEqual(['Good ', 'morning.', ' Yes?'])
  })

  it('starts empty with a new session and goes on in a resumed one', () => {
    const before = fold(readyMessage(), final('t1', 'Hello.'))
    expect(conversationStep(before, readyMessage({ resumed: true })).entries).toHaveLength(1)
    expect(conversationStep(before, readyMessage({ session: 'ses_2' })).entries).toHaveLength(0)
  })

  it('keeps one ledger a reply and the last hundred', () => {
    const ledger = { totalMs: 1, unattributedMs: 0, heardSource: 'reported', stages: [] } as const
    const inputs = Array.from({ length: 120 }, (_, i) => ({
      type: 'ledger' as const,
      atMs: 0,
      turn: `t${i}`,
      reply: `r${i}`,
      ledger: { ...ledger, stages: [] },
    }))
    const conversation = fold(...inputs, ...inputs.slice(-1))
    expect(conversation.ledgers).toHaveLength(100)
    expect(conversation.ledgers.at(-1)?.turn).toBe('t119')
  })

  it('knows replies without a word, which are not shown', () => {
    expect(hasWords(agentOf(fold(started('t1', 'r1'))))).toBe(false)
    expect(hasWords(agentOf(fold(started('t1', 'r1'), ended('r1', '', '', false))))).toBe(false)
    expect(hasWords(agentOf(fold(started('t1', 'r1'), words('r1', 'Good', 200))))).toBe(true)
  })

  it('ignores sound of replies it does not know', () => {
    const before = fold(readyMessage())
    expect(conversationStep(before, { type: 'played-here', reply: 'r9', ms: 5 })).toBe(before)
  })
})
