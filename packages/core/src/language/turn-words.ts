/**
 * What words say about who has the floor, in one language: whether they claim it, leave it, or hold it. Pure look-ups
 * in word lists; how a voice sounds is the judge's and endpointing's part.
 */

import { createMask } from './mask.js'
import { createPhraseSet } from './phrase-set.js'
import { sounds } from './sounds.js'
import { isDigits, spokenWords } from './spoken-words.js'
import type { WordLists } from './word-lists.js'

/**
 * How the words of a turn end: `empty` none yet, `filler` a sound of thinking, `unfinished` a word that wants another,
 * `number` digits that may go on, `answer` a short turn that is whole, `sentence` the recogniser's full stop, `plain`
 * none of these.
 */
export type TurnEnding = 'empty' | 'filler' | 'unfinished' | 'number' | 'answer' | 'sentence' | 'plain'

export interface TurnWords {
  /** Primary subtag of BCP 47; `und` where only the sounds of every language are known. */
  readonly language: string
  /** Whether all of it is backchannel: "yeah, right", "mm-hm". Without any word it is not. */
  isBackchannel(text: string): boolean
  /** Whether a word or phrase in it claims the floor. One inside a longer backchannel ("no problem") does not. */
  hasCommand(text: string): boolean
  ending(text: string): TurnEnding
  /** What people say into each other's words: backchannels and commands, as they are written. */
  readonly overlapPhrases: readonly string[]
  /** Whether the word occurs in a list, and says nothing about the caller. Numbers do, and are not listed. */
  isListed(word: string): boolean
  /**
   * The text with every word that is not listed as "x" and every number as "0": it has as many words, and means the
   * same to all of these functions.
   */
  mask(text: string): string
}

/** Numbers in a row that are a dictation rather than "a table for two". */
const DICTATED = 2
const SENTENCE_END = /[.!。！]["'”’)\s]*$/u
/** "Where are you from?" is whole; a full stop is not to be trusted after such a word. */
const QUESTION = /[?？؟]["'”’)\s]*$/u
/** A recogniser writes so where the speaker broke off, or goes on. */
const BROKEN_OFF = /(?:,|;|:|-|–|—|\.\.\.|…)["'”’)\s]*$/u

/** The words of a language, with the sounds of all. */
export function createTurnWords(lists: WordLists): TurnWords {
  const backchannels = createPhraseSet([...sounds.backchannels, ...lists.backchannels])
  const commands = createPhraseSet([...sounds.commands, ...lists.commands])
  const fillers = createPhraseSet([...sounds.fillers, ...lists.fillers])
  const unfinished = createPhraseSet(lists.unfinished)
  const answers = createPhraseSet([...sounds.answers, ...lists.answers, ...lists.backchannels])
  const numbers = createPhraseSet(lists.numbers)
  const sets = [backchannels, commands, fillers, unfinished, answers]
  const listed = new Set(sets.flatMap(({ words }) => [...words]))

  const isNumber = (word: string): boolean => numbers.words.has(word) || isDigits(word)
  const hasCommand = (words: readonly string[]): boolean => {
    let at = 0
    while (at < words.length) {
      const passes = backchannels.longestAt(words, at)
      if (commands.longestAt(words, at) > passes) return true
      at += Math.max(1, passes)
    }
    return false
  }

  const dictates = (words: readonly string[]): boolean => {
    const before = words.findLastIndex(word => !isNumber(word))
    const digits = words.slice(before + 1).map(word => (isDigits(word) ? [...word].length : 1))
    return digits.reduce((sum, count) => sum + count, 0) >= DICTATED
  }

  const endingOf = (text: string, words: readonly string[]): TurnEnding => {
    if (words.length === 0) return 'empty'
    // "Um" may be both: alone it is thinking, whatever else it could mean.
    if (fillers.longestEnd(words) > 0 && !answers.covers(words)) return 'filler'
    if (answers.covers(words)) return 'answer'
    if (QUESTION.test(text)) return 'sentence'
    if (dictates(words)) return 'number'
    if (unfinished.longestEnd(words) > 0 || BROKEN_OFF.test(text)) return 'unfinished'
    return SENTENCE_END.test(text) ? 'sentence' : 'plain'
  }

  return {
    language: lists.language,
    isBackchannel: text => backchannels.covers(spokenWords(text)),
    hasCommand: text => hasCommand(spokenWords(text)),
    ending: text => endingOf(text, spokenWords(text)),
    overlapPhrases: [...sounds.backchannels, ...lists.backchannels, ...sounds.commands, ...lists.commands],
    isListed: word => {
      const words = spokenWords(word)
      return words.length > 0 && words.every(part => listed.has(part) && !isNumber(part))
    },
    mask: createMask(sets, isNumber),
  }
}
