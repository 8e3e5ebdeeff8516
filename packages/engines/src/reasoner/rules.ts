/**
 * When the fast model is not to decide. Pure: the same words give the same rule. Rules are asked in order, and the first
 * that fits counts.
 */

import { ParleyError } from '@parley/core'
import { doubtPhrases } from './doubt-phrases.js'
import { sumsIn } from './money.js'
import { createPhraseMatch } from './phrase-match.js'

export type ReasonerRule = {
  readonly name: string
} /** Words or phrases of the caller's; `refund*` stands for all words that begin so. Case and accents do not count. */ & (
  | { readonly words: readonly string[] }
  /** The caller speaks of more money than this; of these currencies (ISO 4217) alone, or of any that is known. */
  | { readonly amounts: { readonly over: number; readonly currencies?: readonly string[] } }
  /** The fast model begins its answer with a doubt, in English or Spanish or in one of these phrases. */
  | { readonly unsure: true | readonly string[] }
)

export interface Rules {
  /** By the caller's words. `language`, BCP 47, says how numbers are read. */
  ruleFor(text: string, language: string): string | undefined
  /** By the first words of an answer. */
  doubtIn(said: string): string | undefined
  /** Whether there is any for doubts. */
  readonly doubts: boolean
}

/** A doubt in an answer comes in its first words; what is not sure later is said of something else. */
const FIRST_WORDS = 25

/** @throws ParleyError `bad_config` if two have one name */
export function createRules(rules: readonly ReasonerRule[]): Rules {
  const names = rules.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new ParleyError('bad_config', `Two rules of the reasoner are called "${twice}"; name each of them.`)
  const ofCaller = rules.flatMap(rule => callerRule(rule) ?? [])
  const ofAnswer = rules.flatMap(rule => ('unsure' in rule ? [{ name: rule.name, hits: doubt(rule) }] : []))
  return {
    ruleFor: (text, language) => ofCaller.find(({ hits }) => hits(text, language))?.name,
    doubtIn(said) {
      if (ofAnswer.length === 0) return undefined
      return ofAnswer.find(({ hits }) => hits(said))?.name
    },
    doubts: ofAnswer.length > 0,
  }
}

interface CallerRule {
  readonly name: string
  hits(text: string, language: string): boolean
}

function callerRule(rule: ReasonerRule): CallerRule | undefined {
  const { name } = rule
  if ('words' in rule) {
    const match = createPhraseMatch(rule.words)
    return { name, hits: text => match.in(text) }
  }
  if ('unsure' in rule) return undefined
  const { over, currencies } = rule.amounts
  const counts = (codes: readonly string[]) =>
    currencies === undefined || codes.some(code => currencies.includes(code))
  return {
    name,
    hits: (text, language) =>
      sumsIn(text, language).some(({ value, currencies: codes }) => value > over && counts(codes)),
  }
}

function doubt({ unsure }: { readonly unsure: true | readonly string[] }): (said: string) => boolean {
  const phrases = [...doubtPhrases, ...(unsure === true ? [] : unsure)].map(phrase =>
    spoken(phrase).join(' '),
  )
  return said => {
    const words = ` ${spoken(said).slice(0, FIRST_WORDS).join(' ')} `
    return phrases.some(phrase => phrase !== '' && words.includes(` ${phrase} `))
  }
}

/** Accents stay: "no sé" is a doubt, "no se preocupe" is none. */
function spoken(text: string): readonly string[] {
  const even = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’ʼ`´]/g, "'")
  return even.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu) ?? []
}
