/**
 * Takes what was said out of a session log and leaves what decides. A caller's word that no list of the language
 * knows becomes a made-up one of the same length, the same one every time; a number becomes another number; a word of
 * the agent's becomes one of the same length. White space and punctuation stay. What stands for what is kept in memory
 * while the session lasts, and nowhere else.
 */

import type { ReplyPart } from '../engine.js'
import type { Evidence } from '../floor/evidence.js'
import type { TurnPolicy } from '../floor/policy.js'
import { isDigits, replaceWords } from '../language/spoken-words.js'
import type { TurnWords } from '../language/turn-words.js'
import type { ToolCall } from '../providers/tool.js'
import type { DurableEvent } from '../session/events.js'
import type { SessionSnapshot, UnfinishedReply } from '../session/snapshot.js'
import type { Turn } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'
import type { LogHeader, LogInput } from './log-entry.js'

export interface Redactor {
  header(header: LogHeader): LogHeader
  input<Input extends LogInput>(input: Input): Input
}

export interface RedactorOptions {
  /** The words that decide, of the session's language. */
  readonly words: Pick<TurnWords, 'mask'>
  /** A whole number from 0 to below `limit`, hard to guess. */
  draw(limit: number): number
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
/** Numbers of one character each that no recogniser writes: one stands for each number written as a word. */
const NUMBERS = [
  [0x2460, 0x249b],
  [0x3220, 0x3229],
  [0x3251, 0x325f],
  [0x3280, 0x3289],
  [0x32b1, 0x32bf],
].flatMap(([from = 0, to = 0]) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)),
)
/** Tries to find a stand-in that no other word has; of the shortest words there may be none left. */
const TRIES = 64
const AGENT_WORD = /[\p{L}\p{M}\p{N}]+/gu

export function createRedactor({ words, draw }: RedactorOptions): Redactor {
  const standIns = new Map<string, string>()
  const taken = new Set<string>()

  const some = (from: string | readonly string[]): string => from[draw(from.length)] ?? 'x'
  const letters = (count: number) => Array.from({ length: count }, () => some(LETTERS)).join('')
  const digits = (count: number) => Array.from({ length: count }, () => some('0123456789')).join('')

  function standIn(word: string, make: () => string, fits: (made: string) => boolean): string {
    const known = standIns.get(word)
    if (known !== undefined) return known
    let made = make()
    for (let tries = 0; tries < TRIES && (taken.has(made) || !fits(made)); tries++) made = make()
    standIns.set(word, made)
    taken.add(made)
    return made
  }

  /** A made-up word must not be one that decides. */
  const isUnknown = (word: string) => words.mask(word) === 'x'

  function caller(text: string): string {
    const masked: string[] = []
    replaceWords(words.mask(text), word => {
      masked.push(word)
      return word
    })
    return replaceWords(text, (word, at) => {
      const mask = masked[at] ?? 'x'
      if (/^0+$/.test(mask)) {
        if (isDigits(word))
          return standIn(
            word,
            () => digits([...word].length),
            () => true,
          )
        return standIn(
          word.toLowerCase(),
          () => some(NUMBERS),
          () => true,
        )
      }
      return mask === word && word !== 'x' ? word : standIn(word, () => letters(word.length), isUnknown)
    })
  }

  /** Length counts here, for where in its sound a word is spoken. */
  function agent(text: string): string {
    return text.replace(AGENT_WORD, word =>
      standIn(
        `agent ${word}`,
        () => (isDigits(word) ? digits(word.length) : letters(word.length)),
        () => true,
      ),
    )
  }

  const policyOf = (policy: TurnPolicy): TurnPolicy => ({
    ...policy,
    deadAir: {
      ...policy.deadAir,
      fillers: policy.deadAir.fillers.map(agent),
      prompts: policy.deadAir.prompts.map(agent),
      goodbye: agent(policy.deadAir.goodbye),
    },
  })

  /** Nothing is decided by what an engine is asked to do; that it is asked for the same again is. */
  function wishesOf({ instructions, tools, toolChoice, ...rest }: Wishes): Wishes {
    const choice = typeof toolChoice === 'object' ? { name: agent(toolChoice.name) } : toolChoice
    return {
      ...rest,
      ...(instructions === undefined ? {} : { instructions: agent(instructions) }),
      ...(tools === undefined
        ? {}
        : {
            tools: tools.map(({ name, description, parameters }) => ({
              name: agent(name),
              description: agent(description),
              parameters: { $comment: agent(JSON.stringify(parameters)) },
            })),
          }),
      ...(choice === undefined ? {} : { toolChoice: choice }),
    }
  }

  function evidenceOf(evidence: Evidence): Evidence {
    if (evidence.kind === 'dtmf') return { ...evidence, digit: '0' }
    if (evidence.kind === 'transcript') return { ...evidence, text: caller(evidence.text) }
    if (evidence.kind !== 'end-of-turn') return evidence
    const { text, wishes } = evidence
    return {
      ...evidence,
      ...(text === undefined ? {} : { text: caller(text) }),
      ...(wishes === undefined ? {} : { wishes: wishesOf(wishes) }),
    }
  }

  function callOf({ id, name }: ToolCall): ToolCall {
    return { id, name: agent(name), arguments: null }
  }

  function partOf(part: ReplyPart): ReplyPart {
    if (part.kind === 'words' || part.kind === 'filler') return { ...part, text: agent(part.text) }
    // A row of shapes can be read, and decides nothing.
    if (part.kind === 'visemes') return { ...part, cues: [] }
    if (part.kind === 'tool-call') return { ...part, call: callOf(part.call) }
    if (part.kind === 'state') return { ...part, state: null }
    if (part.kind === 'action' && part.action.name === 'note')
      return { ...part, action: { name: 'note', data: null } }
    return part
  }

  const turnOf = <Told extends Pick<Turn, 'origin' | 'text'>>(turn: Told): Told => ({
    ...turn,
    text: turn.origin === 'prompt' ? agent(turn.text) : caller(turn.text),
  })

  /** What engines and agents keep is left out. */
  function snapshotOf({ history, unanswered, reply, unstored, ...rest }: SessionSnapshot): SessionSnapshot {
    return {
      ...rest,
      history: history.map(entry => {
        if (entry.role === 'user') return { ...entry, text: caller(entry.text) }
        if (entry.role === 'system' || entry.state === undefined) return { ...entry, text: agent(entry.text) }
        return { ...entry, text: agent(entry.text), state: null }
      }),
      ...(unanswered === undefined ? {} : { unanswered: turnOf(unanswered) }),
      ...(reply === undefined ? {} : { reply: replyOf(reply) }),
      ...(unstored === undefined ? {} : { unstored: unstored.map(eventOf) }),
    }
  }

  function replyOf({ turn, heard, rest, state, actions, ...kept }: UnfinishedReply): UnfinishedReply {
    return {
      ...kept,
      turn: turnOf(turn),
      heard: agent(heard),
      rest: agent(rest),
      ...(state === undefined ? {} : { state: null }),
      ...(actions === undefined
        ? {}
        : {
            actions: actions.map(action => (action.name === 'note' ? { name: 'note', data: null } : action)),
          }),
    }
  }

  function eventOf(event: DurableEvent): DurableEvent {
    if (event.kind === 'transcript-final') return { ...event, text: caller(event.text) }
    if (event.kind !== 'reply-ended') return event
    const { said, heard, state } = event
    return {
      ...event,
      said: agent(said),
      heard: { ...heard, text: agent(heard.text) },
      ...(state === undefined ? {} : { state: null }),
    }
  }

  function redacted(input: LogInput): LogInput {
    switch (input.kind) {
      case 'text':
        return { ...input, text: caller(input.text) }
      case 'dtmf':
        return { ...input, digit: '0' }
      case 'evidence':
        return { ...input, evidence: evidenceOf(input.evidence) }
      case 'part':
        return { ...input, part: partOf(input.part) }
      case 'configure':
        return { ...input, steer: { ...input.steer, wishes: wishesOf(input.steer.wishes) } }
      case 'answer':
        return input.wishes === undefined ? input : { ...input, wishes: wishesOf(input.wishes) }
      case 'remember': {
        const { entry } = input
        if (entry.kind === 'tool-call') return { ...input, entry: { ...entry, call: callOf(entry.call) } }
        return {
          ...input,
          entry: { ...entry, text: entry.kind === 'user' ? caller(entry.text) : agent(entry.text) },
        }
      }
      case 'amend':
        return { ...input, heard: { ...input.heard, text: agent(input.heard.text) } }
      case 'warn':
      case 'fault':
        return { ...input, message: agent(input.message) }
      case 'parts-end':
      case 'stored':
        return input.error === undefined
          ? input
          : { ...input, error: { ...input.error, message: agent(input.error.message) } }
      default:
        return input
    }
  }

  return {
    header: header => ({
      ...header,
      policy: policyOf(header.policy),
      ...(header.goesOnFrom === undefined ? {} : { goesOnFrom: snapshotOf(header.goesOnFrom) }),
    }),
    input: input => redacted(input) as typeof input,
  }
}

const TEXTS = new Set(['text', 'said', 'message'])

/**
 * An output as JSON with nothing that redaction changes: texts as the number of their words, shapes of the mouth and what
 * engines and agents keep left out. The same for a session and for the replay of its redacted log.
 */
export function redactedJson(output: object): string {
  return JSON.stringify(output, (key, value: unknown) => {
    if (TEXTS.has(key) && typeof value === 'string')
      return value.split(/\s+/).filter(word => word !== '').length
    if (key === 'state' || key === 'data' || key === 'cues') return null
    if (key === 'call') return (value as ToolCall).id
    return key === 'digit' ? '0' : value
  })
}
