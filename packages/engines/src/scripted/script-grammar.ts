/**
 * The closed grammar of a script for a recogniser: every phrase, every answer to a question, numbers as words. JSGF
 * V1.0 with one public rule. It covers all states at once, since a recogniser loads it once per call.
 */

import { ParleyError } from '@parley/core'
import { spellDigits, spellNumber, spellsNumbers } from './numbers.js'
import type { PhraseNode, PhraseTree } from './phrase.js'
import type { Phrase, Script, Slot, SlotType } from './script.js'
import { wordsOf } from './words.js'

export interface ScriptGrammar {
  /** JSGF V1.0; words are lower-case and rule names ASCII. */
  readonly jsgf: string
  /** Every word of it, sorted, each once: what the recogniser's dictionary must know. */
  readonly words: readonly string[]
}

/** Most values of a `number` slot, which the grammar lists one by one. */
const NUMBERS_LISTED = 1_000
/** Largest grammar, in characters. */
const LARGEST_GRAMMAR = 200_000

interface Rules {
  readonly script: Script
  readonly names: ReadonlyMap<string, string>
  readonly words: Set<string>
}

/**
 * Makes the grammar. Throws `bad_grammar` naming the slot when it would be absurdly large, or when the language has no
 * number words here.
 */
export function scriptGrammar(script: Script): ScriptGrammar {
  const slots = [...script.slots.values()]
  const names = new Map(slots.map((slot, index) => [slot.name, `slot_${index}_${ascii(slot.name)}`]))
  const rules: Rules = { script, names, words: new Set() }
  const spoken: string[] = []
  const lines: string[] = []
  const rule = (name: string, body: string, isPublic = true) => {
    lines.push(`<${name}> = ${body};`)
    if (isPublic) spoken.push(`<${name}>`)
  }
  let index = 0
  for (const intent of script.intents.values())
    rule(`intent_${index++}_${ascii(intent.name)}`, phrases(intent.phrases, rules))
  const used = usedSlots(script)
  for (const slot of slots) {
    if (!used.has(slot.name)) continue
    const name = names.get(slot.name) ?? slot.name
    rule(name, slotBody(slot, rules), slot.ask !== undefined)
    if (slot.phrases.length > 0) rule(`answer_${name}`, phrases(slot.phrases, rules))
  }
  if ([...script.intents.values()].some(intent => intent.confirm !== undefined)) {
    rule('yes_or_no', typeBody(script.yesNo, 'yes_or_no', rules))
  }
  if (lines.some(line => line.includes('<digit>'))) lines.push(`<digit> = ${digitWords(rules)};`)
  const jsgf = `#JSGF V1.0;\ngrammar ${ascii(script.agent)};\npublic <utterance> = ${spoken.join(' | ')};\n${lines.join('\n')}\n`
  if (jsgf.length > LARGEST_GRAMMAR) {
    throw new ParleyError(
      'bad_grammar',
      `The grammar of agent "${script.agent}" has ${jsgf.length} characters, more than ${LARGEST_GRAMMAR}; use fewer values and phrases.`,
    )
  }
  return { jsgf, words: [...rules.words].sort() }
}

/** Slots that can be said: asked for, or part of a phrase. */
function usedSlots(script: Script): ReadonlySet<string> {
  const all = [...script.intents.values(), ...script.slots.values()].flatMap(each => each.phrases)
  const said = all.flatMap(({ patterns }) =>
    patterns.flat().flatMap(token => ('slot' in token ? [token.slot] : [])),
  )
  const asked = [...script.slots.values()].filter(slot => slot.ask !== undefined).map(slot => slot.name)
  return new Set([...said, ...asked])
}

function phrases(all: readonly Phrase[], rules: Rules): string {
  return all.map(({ tree }) => sequence(tree, rules)).join(' | ')
}

function sequence(tree: PhraseTree, rules: Rules): string {
  return tree.map(node => item(node, rules)).join(' ')
}

function item(node: PhraseNode, rules: Rules): string {
  if (node.kind === 'word') return word(node.word.written, rules)
  if (node.kind === 'slot') return `<${rules.names.get(node.name) ?? node.name}>`
  const body = node.of.map(tree => sequence(tree, rules)).join(' | ')
  return node.optional ? `[${body}]` : `(${body})`
}

function word(written: string, rules: Rules): string {
  rules.words.add(written)
  return written
}

function text(spelled: string | undefined, name: string, rules: Rules): string {
  if (spelled === undefined || !spellsNumbers(rules.script.language)) {
    throw new ParleyError(
      'bad_grammar',
      `Numbers of language "${rules.script.language}" cannot be spelled, as slot "${name}" needs; use a list slot.`,
    )
  }
  return wordsOf(spelled)
    .map(each => word(each.written, rules))
    .join(' ')
}

function slotBody(slot: Slot, rules: Rules): string {
  return typeBody(slot.type, slot.name, rules)
}

function typeBody(type: SlotType, name: string, rules: Rules): string {
  switch (type.kind) {
    case 'digits': {
      text(spellDigits('0', rules.script.language), name, rules)
      const optional = '[<digit> '.repeat(type.max - type.min).trim() + ']'.repeat(type.max - type.min)
      return `${'<digit> '.repeat(type.min)}${optional}`.trim()
    }
    case 'number': {
      const count = type.max - type.min + 1
      if (count > NUMBERS_LISTED) {
        throw new ParleyError(
          'bad_grammar',
          `Slot "${name}" has ${count} values, more than ${NUMBERS_LISTED} for a grammar; give it a smaller range or type digits.`,
        )
      }
      const numbers = Array.from({ length: count }, (_, index) =>
        spellNumber(type.min + index, rules.script.language),
      )
      return numbers.map(number => text(number, name, rules)).join(' | ')
    }
    case 'list':
      return type.values.map(({ ways }) => phrases(ways, rules)).join(' | ')
    default:
      return type satisfies never
  }
}

function digitWords(rules: Rules): string {
  const digits = [...'0123456789'].map(digit =>
    text(spellDigits(digit, rules.script.language), 'digit', rules),
  )
  return [...digits, ...(rules.script.language.startsWith('en') ? [word('oh', rules)] : [])].join(' | ')
}

/** A rule name JSGF accepts. */
function ascii(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
}
