/**
 * The grammars that streams use, each once however many use it, and a few that were used last, so that the next call
 * of the same agent finds its decoders ready. A refused grammar stays refused.
 */

import { ParleyError } from '@parley/core'
import type { DecoderAnswer } from './decoder-protocol.js'
import { grammarWords } from './grammar-words.js'

export interface Grammar {
  readonly id: number
  readonly jsgf: string
  readonly words: readonly string[]
  refused: ParleyError | undefined
}

export interface GrammarShelf {
  /** The grammar of this text, held until released. A refused one calls back soon. */
  take(jsgf: string, onRefused: (error: ParleyError) => void): Grammar
  /** Keeps it for one user more. */
  hold(grammar: Grammar): void
  release(grammar: Grammar, onRefused?: (error: ParleyError) => void): void
  byId(id: number): Grammar | undefined
  /** What a new process should learn at once. */
  used(): readonly Grammar[]
  refuse(grammar: Grammar, answer: Extract<DecoderAnswer, { kind: 'grammar' }>): ParleyError
}

interface Entry {
  readonly grammar: Grammar
  users: number
  readonly listeners: Set<(error: ParleyError) => void>
}

/** Grammars kept that nobody uses. */
const IDLE_KEPT = 16

export function createGrammarShelf(onForgotten: (grammar: Grammar) => void): GrammarShelf {
  /** Oldest use first. */
  const entries = new Map<string, Entry>()
  let nextId = 1

  function entryOf(grammar: Grammar): Entry | undefined {
    return entries.get(grammar.jsgf)
  }

  function tidy(): void {
    const idle = [...entries.values()].filter(entry => entry.users === 0)
    for (const { grammar } of idle.slice(0, Math.max(0, idle.length - IDLE_KEPT))) {
      entries.delete(grammar.jsgf)
      onForgotten(grammar)
    }
  }

  function hold(grammar: Grammar): void {
    const entry = entryOf(grammar)
    if (entry !== undefined) entry.users++
  }

  return {
    hold,
    take(jsgf, onRefused) {
      const known = entries.get(jsgf)
      const grammar = known?.grammar ?? { id: nextId++, jsgf, words: grammarWords(jsgf), refused: undefined }
      const entry = known ?? { grammar, users: 0, listeners: new Set() }
      entries.delete(jsgf)
      entries.set(jsgf, entry)
      entry.users++
      entry.listeners.add(onRefused)
      const { refused } = grammar
      if (refused !== undefined) {
        queueMicrotask(() => entry.listeners.delete(onRefused) && onRefused(refused))
      }
      return grammar
    },
    release(grammar, onRefused) {
      const entry = entryOf(grammar)
      if (entry === undefined) return
      entry.users = Math.max(0, entry.users - 1)
      if (onRefused !== undefined) entry.listeners.delete(onRefused)
      tidy()
    },
    byId: id => [...entries.values()].find(({ grammar }) => grammar.id === id)?.grammar,
    used: () => [...entries.values()].filter(entry => entry.users > 0).map(({ grammar }) => grammar),
    refuse(grammar, answer) {
      const error = grammar.refused ?? refusal(grammar, answer)
      grammar.refused = error
      const listeners = [...(entryOf(grammar)?.listeners ?? [])]
      entryOf(grammar)?.listeners.clear()
      for (const listener of listeners) listener(error)
      return error
    },
  }
}

/** Words named in a message; the rest is in its details. */
const WORDS_NAMED = 8

function refusal(grammar: Grammar, answer: Extract<DecoderAnswer, { kind: 'grammar' }>): ParleyError {
  if (answer.problem === 'unknown-words') {
    const words = answer.words ?? []
    const named = words.slice(0, WORDS_NAMED).map(word => `"${word}"`)
    const more = words.length > WORDS_NAMED ? ` and ${words.length - WORDS_NAMED} more` : ''
    const message = `The recogniser knows no pronunciation of ${named.join(', ')}${more}; spell ${words.length === 1 ? 'it' : 'them'} as common English words, or give pronunciations.`
    return new ParleyError('bad_grammar', message, { details: { words } })
  }
  const start = grammar.jsgf.replace(/\s+/g, ' ').slice(0, 120)
  const message = `The recogniser cannot parse the grammar, or it has no public rule; it begins with: ${start}`
  return new ParleyError('bad_grammar', message)
}
