/** Lays a file of the right shape out into a `Script`, noting phrases that cannot be read or are too many. */

import { defaultTurnPolicy } from '@parley/core'
import { countPatterns, patternsOf, readPhrase, slotsIn } from './phrase.js'
import type { FilePath, Problems } from './problems.js'
import type { Action, Intent, MissStep, Phrase, Script, Slot, SlotType, SlotValue, State } from './script.js'
import type { ActionFile, IntentFile, ScriptFile, SlotFile, StateFile, StepFile } from './shape.js'
import { turnPolicyOf } from './turn-policy.js'
import { wordListsOf } from './word-lists.js'

/** Most ways to say one phrase, and all phrases of a script, slots counted as one word. */
export const PHRASE_WAYS = 500
export const SCRIPT_WAYS = 5_000
/** Most figures of a `digits` slot. */
const MOST_DIGITS = 20

export interface BuildContext {
  readonly language: string
  readonly problems: Problems
  ways: number
}

export function buildScript(file: ScriptFile, problems: Problems): Script {
  const context: BuildContext = { language: file.language, problems, ways: 0 }
  const fallback = file.fallback.map(stepOf)
  const slots = mapOf(file.slots, (name, slot) => slotOf(name, slot, context))
  const expectedBy = (intent: string) =>
    Object.entries(file.states).flatMap(([state, { expects }]) => (expects.includes(intent) ? [state] : []))
  const intents = mapOf(file.intents, (name, intent) => intentOf(name, intent, expectedBy(name), context))
  if (context.ways > SCRIPT_WAYS) {
    const message = `phrases can be said in ${context.ways} ways, more than ${SCRIPT_WAYS}; use fewer optional words`
    problems.addAtKey(['intents'], message)
  }
  return {
    agent: file.agent,
    language: file.language,
    voice: file.voice,
    greeting: { say: file.greeting.say, interrupt: file.greeting.interrupt },
    slots,
    intents,
    states: mapOf(file.states, stateOf),
    fallback,
    silence: file.silence?.map(stepOf) ?? fallback,
    trouble: file.trouble ?? wordListsOf(file.language).trouble,
    turns: turnPolicyOf(file.turns, { problems, at: ['turns'], base: defaultTurnPolicy }),
    yesNo: yesNoOf(context),
  }
}

function mapOf<In, Out>(
  entries: Readonly<Record<string, In>>,
  make: (name: string, value: In) => Out,
): Map<string, Out> {
  return new Map(Object.entries(entries).map(([name, value]) => [name, make(name, value)] as const))
}

function intentOf(name: string, file: IntentFile, states: readonly string[], context: BuildContext): Intent {
  return {
    name,
    phrases: phrasesOf(file.phrases, ['intents', name, 'phrases'], context),
    needs: file.needs,
    confirm: file.confirm,
    cancelled: file.cancelled,
    replies: file.replies,
    interrupt: file.interrupt,
    do: file.do.flatMap(actionsOf),
    aside: file.aside,
    states,
  }
}

function stateOf(name: string, { say, interrupt, expects, only, fallback, silence }: StateFile): State {
  return {
    name,
    say,
    interrupt,
    expects,
    only,
    fallback: fallback?.map(stepOf),
    silence: silence?.map(stepOf),
  }
}

function stepOf(file: StepFile): MissStep {
  return { say: file.say, interrupt: file.interrupt, do: file.do.flatMap(actionsOf) }
}

function actionsOf(file: ActionFile): Action[] {
  const actions: Action[] = []
  if (file.set !== undefined) actions.push({ kind: 'set', values: new Map(Object.entries(file.set)) })
  if (file.clear !== undefined) actions.push({ kind: 'clear', names: file.clear })
  if (file.note !== undefined) actions.push({ kind: 'note', data: file.note })
  if (file.goto !== undefined) actions.push({ kind: 'goto', state: file.goto })
  if (file.transfer !== undefined) actions.push({ kind: 'transfer', to: file.transfer })
  if (file.repeat === true) actions.push({ kind: 'repeat' })
  if (file['hang-up'] === true) actions.push({ kind: 'hang-up' })
  return actions
}

function phrasesOf(texts: readonly string[], path: FilePath, context: BuildContext): Phrase[] {
  return texts.flatMap((text, index) => phraseOf(text, [...path, index], context) ?? [])
}

function phraseOf(text: string, path: FilePath, context: BuildContext): Phrase | undefined {
  const { tree, fault } = readPhrase(text, context.language)
  if (fault !== undefined) {
    context.problems.add(path, `${fault.message}: ${JSON.stringify(text)}`, fault.at)
    return undefined
  }
  const ways = countPatterns(tree)
  context.ways += ways
  if (ways > PHRASE_WAYS) {
    context.problems.add(
      path,
      `phrase can be said in ${ways} ways, more than ${PHRASE_WAYS}; split it or drop optional words`,
    )
    return undefined
  }
  return { tree, patterns: patternsOf(tree) }
}

function slotOf(name: string, file: SlotFile, context: BuildContext): Slot {
  const phrases = phrasesOf(file.phrases ?? [], ['slots', name, 'phrases'], context)
  return { name, type: slotTypeOf(name, file, context), ask: file.ask, phrases }
}

function slotTypeOf(name: string, file: SlotFile, context: BuildContext): SlotType {
  const { problems } = context
  const path = ['slots', name]
  const bounded = file.type === 'digits' || file.type === 'number'
  if (!bounded && file.min !== undefined)
    problems.addAtKey([...path, 'min'], `"min" means nothing for type ${file.type}; remove it`)
  if (!bounded && file.max !== undefined)
    problems.addAtKey([...path, 'max'], `"max" means nothing for type ${file.type}; remove it`)
  if (file.type !== 'list' && file.values !== undefined) {
    problems.addAtKey(
      [...path, 'values'],
      `"values" means nothing for type ${file.type}; remove it or write "type: list"`,
    )
  }
  switch (file.type) {
    case 'digits': {
      const { min = 1, max = Math.max(min, MOST_DIGITS) } = file
      if (min < 1 || max < min || max > MOST_DIGITS) {
        problems.addAtKey(path, `slot "${name}" needs 1 ≤ min ≤ max ≤ ${MOST_DIGITS} digits`)
      }
      return { kind: 'digits', min, max }
    }
    case 'number': {
      const { min = 0, max = 999_999 } = file
      if (max < min) problems.addAtKey(path, `slot "${name}" needs min ≤ max`)
      return { kind: 'number', min, max }
    }
    case 'list':
      return listOf(name, file, context)
    case 'weekday':
      return {
        kind: 'list',
        values: wordListsOf(context.language).weekdays.map(day => builtIn(day, [day], context)),
      }
    case 'yes_no':
      return yesNoOf(context)
    default:
      return file.type satisfies never
  }
}

function listOf(name: string, file: SlotFile, context: BuildContext): SlotType {
  const entries = Object.entries(file.values ?? {})
  if (entries.length === 0)
    context.problems.addAtKey(['slots', name], `slot "${name}" has no value; add some under "values"`)
  const owners = new Map<string, string>()
  const values = entries.map(([value, synonyms]): SlotValue => {
    const path = ['slots', name, 'values', value]
    const ways = [...phrasesOf([value], path, context), ...phrasesOf(synonyms, path, context)]
    if (ways.some(({ tree }) => slotsIn(tree).length > 0))
      context.problems.add(path, 'a value cannot hold a {slot}; write words')
    for (const way of waysToSay(ways)) {
      const owner = owners.get(way)
      if (owner !== undefined && owner !== value) {
        context.problems.add(path, `"${way}" means both "${owner}" and "${value}"; remove it from one`)
      }
      owners.set(way, value)
    }
    return { name: value, said: value, ways }
  })
  return { kind: 'list', values }
}

/** The patterns of phrases as text, slots in braces. */
export function waysToSay(phrases: readonly Phrase[]): Set<string> {
  const text = (token: Phrase['patterns'][number][number]) =>
    'word' in token ? token.word : `{${token.slot}}`
  return new Set(phrases.flatMap(({ patterns }) => patterns.map(pattern => pattern.map(text).join(' '))))
}

function yesNoOf(context: BuildContext): SlotType {
  const { yes, no } = wordListsOf(context.language)
  return { kind: 'list', values: [builtIn('yes', yes, context), builtIn('no', no, context)] }
}

function builtIn(name: string, texts: readonly string[], { language }: BuildContext): SlotValue {
  const ways = texts.flatMap(text => {
    const { tree } = readPhrase(text, language)
    return tree === undefined ? [] : [{ tree, patterns: patternsOf(tree) }]
  })
  const said = name === 'yes' || name === 'no' ? (texts[0] ?? name).replace(/ ?\[.*/, '') : name
  return { name, said, ways }
}
