/** Checks the names of a script against each other: what is meant but missing, said twice, or never reached. */

import type { Json } from '@parley/core'
import { waysToSay } from './build-script.js'
import { didYouMean } from './edit-distance.js'
import { reachable, START_STATE } from './hearing.js'
import { slotsIn } from './phrase.js'
import type { FilePath, Problems } from './problems.js'
import type { Action, Intent, MissStep, Phrase, Script, Texts } from './script.js'
import { namesIn } from './template.js'

export function checkScript(script: Script, problems: Problems): void {
  const check: Check = { script, problems, known: knownNames(script) }
  for (const [name, slot] of script.slots) {
    checkPhraseSlots(slot.phrases, ['slots', name, 'phrases'], check)
    checkAnswers(name, slot.phrases, check)
    checkTexts(slot.ask, ['slots', name, 'ask'], check)
  }
  for (const intent of script.intents.values()) checkIntent(intent, check)
  for (const [name, state] of script.states) {
    checkTexts(state.say, ['states', name, 'say'], check)
    if (state.interrupt !== undefined && state.say === undefined) {
      const message = `"interrupt" of state "${name}" is for its "say", and there is none; remove it`
      problems.addAtKey(['states', name, 'interrupt'], message)
    }
    checkSteps(state.fallback ?? [], ['states', name, 'fallback'], check)
    checkSteps(state.silence ?? [], ['states', name, 'silence'], check)
    state.expects.forEach((intent, index) => {
      if (script.intents.has(intent)) return
      const hint = didYouMean(intent, script.intents.keys())
      problems.add(['states', name, 'expects', index], `there is no intent "${intent}"${hint}`)
    })
  }
  checkTexts(script.greeting.say, ['greeting', 'say'], check)
  checkSteps(script.fallback, ['fallback'], check)
  if (script.silence !== script.fallback) checkSteps(script.silence, ['silence'], check)
  checkTexts([script.trouble], ['trouble'], check)
  checkTwice(check)
  checkReach(check)
}

interface Check {
  readonly script: Script
  readonly problems: Problems
  /** Slots, and what is set by an action. */
  readonly known: ReadonlySet<string>
}

function knownNames({ slots, intents, states, fallback, silence }: Script): Set<string> {
  const steps = [...states.values()].flatMap(state => [...(state.fallback ?? []), ...(state.silence ?? [])])
  const actions = [...intents.values(), ...steps, ...fallback, ...silence].flatMap(each => each.do)
  return new Set([
    ...slots.keys(),
    ...actions.flatMap(each => (each.kind === 'set' ? [...each.values.keys()] : [])),
  ])
}

function checkIntent(intent: Intent, check: Check): void {
  const { script, problems } = check
  const path = ['intents', intent.name]
  checkPhraseSlots(intent.phrases, [...path, 'phrases'], check)
  intent.needs.forEach((name, index) => {
    const slot = script.slots.get(name)
    if (slot === undefined) {
      problems.add(
        [...path, 'needs', index],
        `there is no slot "${name}"${didYouMean(name, script.slots.keys())}`,
      )
    } else if (slot.ask === undefined) {
      problems.addAtKey(
        ['slots', name],
        `slot "${name}" is needed by intent "${intent.name}" but has no question; add "ask"`,
      )
    }
  })
  const filled = new Set(intent.needs)
  checkTexts(intent.confirm, [...path, 'confirm'], check, filled)
  if (intent.confirm !== undefined && intent.cancelled === undefined && intent.needs.length === 0) {
    problems.addAtKey(path, `intent "${intent.name}" has no answer to a "no"; add "cancelled"`)
  }
  checkTexts(intent.cancelled, [...path, 'cancelled'], check)
  for (const action of intent.do)
    if (action.kind === 'set') for (const name of action.values.keys()) filled.add(name)
  checkTexts(intent.replies, [...path, 'replies'], check, filled)
  checkActions(intent.do, [...path, 'do'], check)
  if (intent.interrupt !== undefined && intent.replies === undefined) {
    const message = `"interrupt" of intent "${intent.name}" is for its "replies", and there are none; remove it`
    problems.addAtKey([...path, 'interrupt'], message)
  }
  const speaks = intent.do.some(
    each =>
      each.kind === 'repeat' || (each.kind === 'goto' && script.states.get(each.state)?.say !== undefined),
  )
  if (intent.replies === undefined && !speaks) {
    problems.addAtKey(path, `intent "${intent.name}" says nothing; add at least one text under "replies"`)
  }
}

function checkPhraseSlots(phrases: readonly Phrase[], path: FilePath, { script, problems }: Check): void {
  phrases.forEach((phrase, index) => {
    const names = slotsIn(phrase.tree)
    for (const name of names) {
      if (script.slots.has(name)) continue
      problems.add([...path, index], `there is no slot "${name}"${didYouMean(name, script.slots.keys())}`)
    }
    const tooOften = phrase.patterns.some(pattern => {
      const slots = pattern.flatMap(token => ('slot' in token ? [token.slot] : []))
      return new Set(slots).size < slots.length
    })
    if (tooOften) problems.add([...path, index], 'a slot stands twice in one sentence; use two slots')
  })
}

function checkAnswers(name: string, phrases: readonly Phrase[], { problems }: Check): void {
  phrases.forEach(({ patterns }, index) => {
    const fits = patterns.every(pattern => pattern.some(token => 'slot' in token && token.slot === name))
    if (!fits) problems.add(['slots', name, 'phrases', index], `an answer to "${name}" must hold {${name}}`)
  })
}

/** Names in texts must exist, and have an otherwise where they may be empty. */
function checkTexts(
  texts: Texts | undefined,
  path: FilePath,
  check: Check,
  filled: ReadonlySet<string> = new Set(),
): void {
  texts?.forEach((text, index) => {
    for (const { name, otherwise, at } of namesIn(text)) {
      if (!check.known.has(name)) {
        check.problems.add([...path, index], `there is no slot "${name}"${didYouMean(name, check.known)}`, at)
      } else if (otherwise === undefined && !filled.has(name)) {
        const cure = `write {${name}|something else}, or list it under "needs"`
        check.problems.add([...path, index], `"${name}" may be empty here; ${cure}`, at)
      }
    }
  })
}

function checkSteps(steps: readonly MissStep[], path: FilePath, check: Check): void {
  steps.forEach((step, index) => {
    checkTexts(step.say, [...path, index, 'say'], check)
    checkActions(step.do, [...path, index, 'do'], check)
  })
}

function checkActions(actions: readonly Action[], path: FilePath, { script, problems, known }: Check): void {
  for (const action of actions) {
    if (action.kind === 'goto' && action.state !== START_STATE && !script.states.has(action.state)) {
      problems.add(
        path,
        `there is no state "${action.state}"${didYouMean(action.state, script.states.keys())}`,
      )
    }
    const texts =
      action.kind === 'set' ? [...action.values.values()] : action.kind === 'note' ? textsIn(action.data) : []
    for (const name of texts.flatMap(namesIn).map(each => each.name)) {
      if (!known.has(name)) problems.add(path, `there is no slot "${name}"${didYouMean(name, known)}`)
    }
    if (action.kind !== 'clear') continue
    for (const name of action.names) {
      if (!known.has(name))
        problems.add(path, `there is no slot "${name}" to clear${didYouMean(name, known)}`)
    }
  }
}

function textsIn(data: Json): string[] {
  if (typeof data === 'string') return [data]
  return typeof data === 'object' && data !== null ? Object.values(data).flatMap(textsIn) : []
}

/** A sentence that means two intents heard at the same time would be answered by neither. */
function checkTwice({ script, problems }: Check): void {
  const said = new Map<string, { readonly intent: Intent; readonly index: number }[]>()
  for (const intent of script.intents.values()) {
    intent.phrases.forEach((phrase, index) => {
      for (const way of waysToSay([phrase])) {
        const others = said.get(way) ?? []
        const other = others.find(each => each.intent !== intent && together(each.intent, intent))
        if (other !== undefined) {
          const message = `"${way}" is already a phrase of intent "${other.intent.name}"; remove it from one of them`
          problems.add(['intents', intent.name, 'phrases', index], message)
        }
        said.set(way, [...others, { intent, index }])
      }
    })
  }
}

/** Whether two intents have the same rank in some state. */
function together(one: Intent, other: Intent): boolean {
  if (one.states.length === 0 || other.states.length === 0) return one.states.length === other.states.length
  return one.states.some(state => other.states.includes(state))
}

function checkReach({ script, problems }: Check): void {
  const { states, intents } = reachable(script)
  for (const name of script.states.keys()) {
    if (!states.has(name))
      problems.addAtKey(
        ['states', name],
        `state "${name}" is never entered; add a "goto: ${name}" or remove it`,
      )
  }
  for (const intent of script.intents.values()) {
    if (intents.has(intent.name)) continue
    const where =
      intent.states.length === 0
        ? 'every state reached is "only"'
        : `only ${intent.states.join(', ')} expects it`
    problems.addAtKey(['intents', intent.name], `intent "${intent.name}" can never be heard: ${where}`)
  }
}
