/**
 * What the mind is asked for a turn: the caller's words, what was before them, and what a far end that steers wishes. A
 * turn that the far end only asks to be answered has its words at the end of the history.
 */

import {
  actedIn,
  type Fact,
  type HistoryEntry,
  type LanguageModelRequest,
  type ToolExchange,
  type Turn,
  type TurnId,
  type UsageAccount,
} from '@parley/core'

export interface AskedWith {
  /** BCP 47. */
  readonly language: string
  /** The agent's own. */
  readonly instructions: string | undefined
  readonly facts: readonly Fact[]
  readonly account?: UsageAccount | undefined
}

/** The words of a turn, where they stand, and the steps that were taken since. */
export interface Asked {
  /** Undefined where the agent speaks first, or nobody said anything since it spoke last. */
  readonly userText: string | undefined
  readonly history: readonly HistoryEntry[]
  readonly exchanges: readonly ToolExchange[]
}

/** `text` is what was understood of a turn that was spoken or typed. */
export function askedOf({ origin, history }: Turn, text: string): Asked {
  if (origin === 'opening') return { userText: undefined, history, exchanges: [] }
  if (origin !== 'asked') return { userText: text, history, exchanges: [] }
  const from = history.findLastIndex(({ role }) => role === 'user')
  const tail = history.slice(from + 1)
  const exchanges = exchangesIn(tail)
  // The agent spoke since, of its own accord or to the end: nobody has said anything to that.
  if (exchanges === undefined) return { userText: undefined, history, exchanges: [] }
  let first = from
  while (first > 0 && history[first - 1]?.role !== 'agent') first -= 1
  const before = history.slice(0, Math.max(first, 0))
  const run = history.slice(Math.max(first, 0), from + 1)
  const words = run.flatMap(entry => (entry.role === 'user' ? [entry.text] : []))
  const notes = [...run, ...tail].filter(({ role }) => role === 'system')
  return {
    userText: words.length === 0 ? undefined : words.join('\n'),
    history: [...before, ...notes],
    exchanges,
  }
}

/** Steps of an answer that go on with it; undefined where the agent has spoken behind the last of them. */
function exchangesIn(tail: readonly HistoryEntry[]): readonly ToolExchange[] | undefined {
  const exchanges: ToolExchange[] = []
  let said = ''
  for (const entry of tail) {
    if (entry.role !== 'agent') continue
    const [first, ...more] = actedIn(entry.state)
    if (first !== undefined && entry.text === '') {
      exchanges.push({ ...first, text: said }, ...more)
      said = ''
    } else {
      if (first !== undefined) exchanges.push(first, ...more)
      said = `${said} ${entry.text}`.trim()
    }
  }
  return said === '' ? exchanges : undefined
}

/** The request, as the far end wishes it. */
export function requestOf(turn: Turn, asked: Asked, given: AskedWith): LanguageModelRequest {
  const { tools = [], toolChoice, maxOutputTokens, instructions } = turn.wishes ?? {}
  const { userText, history, exchanges } = toolChoice === 'none' ? withoutCalls(asked, turn.id) : asked
  const whole = [given.instructions, instructions].filter(each => each !== undefined && each.trim() !== '')
  return {
    ...(userText === undefined ? {} : { userText }),
    history,
    language: given.language,
    ...(whole.length === 0 ? {} : { instructions: whole.join('\n\n') }),
    ...(given.facts.length === 0 ? {} : { facts: given.facts }),
    ...(tools.length === 0 || toolChoice === 'none' ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(exchanges.length === 0 ? {} : { exchanges }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(given.account === undefined ? {} : { account: given.account }),
  }
}

/** What tools gave as notes, for an answer without any: vendors refuse calls where there are no tools. */
function withoutCalls({ userText, history, exchanges }: Asked, turn: TurnId): Asked {
  const notes = exchanges.flatMap(exchange => notesOf(exchange, turn))
  return { userText, history: [...history.flatMap(asNotes), ...notes], exchanges: [] }
}

function asNotes(entry: HistoryEntry): readonly HistoryEntry[] {
  if (entry.role !== 'agent' || entry.text !== '') return [entry]
  const notes = actedIn(entry.state).flatMap(exchange => notesOf(exchange, entry.turn))
  return notes.length === 0 ? [entry] : notes
}

function notesOf({ text: said, calls, results }: ToolExchange, turn: TurnId): readonly HistoryEntry[] {
  const spoken = said === '' ? [] : [`The agent said: ${said}`]
  const gave = calls.map(({ id, name, arguments: given }) => {
    const text = results.find(result => result.id === id)?.text ?? 'nothing'
    return `${name}(${JSON.stringify(given)}) gave: ${text}`
  })
  return [...spoken, ...gave].map(text => ({ role: 'system', turn, text, atMs: 0 }))
}
