/**
 * One step of the conversation: from where it stands and what was said to the reply, its actions and where it stands
 * then. A pure function, so that a reply can be prepared, thrown away and made again, here or on another node.
 */

import type { BargeIn, Json, SessionAction } from '@parley/core'
import { type DialogueState, firstState, type OpenQuestion } from './dialogue-state.js'
import type { Values } from './match.js'
import type { Action, Intent, Saying, Script, SlotType, Texts } from './script.js'
import { fillTemplate } from './template.js'
import { type Meaning, understand } from './understand.js'

export interface Answer {
  /** What is said, piece by piece; joined by spaces it is the text. */
  readonly pieces: readonly SaidPiece[]
  readonly state: DialogueState
  readonly actions: readonly SessionAction[]
}

export interface SaidPiece {
  readonly text: string
  /** Who may interrupt it by voice; the agent's policy without it. */
  readonly interrupt: BargeIn | undefined
}

/** The agent's opening: its greeting, or its last reply again where a conversation goes on. */
export function openDialogue(script: Script, before: DialogueState | undefined): Answer {
  if (before !== undefined && before.said !== '')
    return { pieces: [saidBefore(before)], state: before, actions: [] }
  const step = beginStep(script, firstState)
  step.say(script.greeting.say, script.greeting.interrupt)
  return step.finish()
}

/** Answers what was said; an empty text is silence. */
export function continueDialogue(script: Script, before: DialogueState, userText: string): Answer {
  const step = beginStep(script, before)
  const meaning = understand(script, before, userText)
  if (meaning.kind === 'miss' || meaning.kind === 'silence') missed(step, meaning.kind)
  else {
    step.misses = 0
    answered(step, meaning)
  }
  return step.finish()
}

/** The reply under construction. */
interface Step {
  readonly script: Script
  readonly before: DialogueState
  readonly values: Map<string, string>
  readonly actions: SessionAction[]
  at: string
  open: OpenQuestion | null
  misses: number
  say(variants: Texts | undefined, interrupt?: BargeIn): void
  /** Says the last reply again; the question that was open stays open. */
  repeat(): void
  finish(): Answer
}

function beginStep(script: Script, before: DialogueState): Step {
  const values = new Map(Object.entries(before.values))
  const pieces: SaidPiece[] = []
  const actions: SessionAction[] = []
  const lookUp = (name: string) => spoken(script, name, values.get(name))
  let repeated = false
  return {
    script,
    before,
    values,
    actions,
    at: before.at,
    open: before.open,
    misses: before.misses,
    say(variants, interrupt) {
      const variant = variants?.[before.turn % variants.length]
      const text = variant === undefined ? '' : fillTemplate(variant, lookUp)
      if (text !== '') pieces.push({ text, interrupt })
    },
    repeat() {
      repeated = true
      this.open = before.open
      if (before.said !== '') pieces.push(saidBefore(before))
    },
    finish() {
      const last =
        repeated || pieces.length === 0
          ? saidBefore(before)
          : { text: pieces.map(({ text }) => text).join(' '), interrupt: strictest(pieces) }
      const { at, open, misses } = this
      const state = {
        turn: before.turn + 1,
        at,
        values: Object.fromEntries(values),
        open,
        misses,
        said: last.text,
        ...(last.interrupt === undefined ? {} : { interrupt: last.interrupt }),
      }
      return { pieces, state, actions }
    },
  }
}

/** The last reply, to be said again as a whole. */
function saidBefore({ said, interrupt }: DialogueState): SaidPiece {
  return { text: said, interrupt }
}

function strictest(pieces: readonly SaidPiece[]): BargeIn | undefined {
  return (['none', 'words', 'any'] as const).find(rule => pieces.some(({ interrupt }) => interrupt === rule))
}

function answered(step: Step, meaning: Exclude<Meaning, { kind: 'miss' | 'silence' }>): void {
  const { script, open } = step
  const waiting = open === null ? undefined : script.intents.get(open.intent)
  switch (meaning.kind) {
    case 'intent':
      take(step, meaning.values)
      if (meaning.intent.aside) return aside(step, meaning.intent)
      return pursue(step, meaning.intent)
    case 'filled':
      take(step, meaning.values)
      return waiting === undefined ? undefined : pursue(step, waiting)
    case 'yes':
      return waiting === undefined ? undefined : carryOut(step, waiting)
    case 'no':
      return waiting === undefined ? undefined : refuse(step, waiting)
    default:
      meaning satisfies never
  }
}

function take(step: Step, values: Values): void {
  for (const [name, value] of values) step.values.set(name, value)
}

/** Asks for what is missing, then for a yes, then does it. */
function pursue(step: Step, intent: Intent): void {
  const missing = intent.needs.find(name => !step.values.has(name))
  if (missing !== undefined) step.open = { kind: 'slot', intent: intent.name, slot: missing }
  else if (intent.confirm !== undefined) step.open = { kind: 'confirm', intent: intent.name }
  else return carryOut(step, intent)
  askAgain(step)
}

function askAgain(step: Step): void {
  const { open, script } = step
  if (open?.kind === 'slot') step.say(script.slots.get(open.slot)?.ask)
  if (open?.kind === 'confirm') step.say(script.intents.get(open.intent)?.confirm)
}

function carryOut(step: Step, intent: Intent): void {
  step.open = null
  perform(step, intent.do, { say: intent.replies, interrupt: intent.interrupt })
}

/** A no forgets what was asked for; with nothing to say about it, it is asked again. */
function refuse(step: Step, intent: Intent): void {
  for (const name of intent.needs) step.values.delete(name)
  step.open = null
  if (intent.cancelled === undefined) pursue(step, intent)
  else step.say(intent.cancelled)
}

function aside(step: Step, intent: Intent): void {
  const moved = perform(step, intent.do, { say: intent.replies, interrupt: intent.interrupt })
  const repeats = intent.do.some(action => action.kind === 'repeat')
  if (!moved && !repeats) askAgain(step)
}

function missed(step: Step, kind: 'miss' | 'silence'): void {
  const { script, before } = step
  const own = script.states.get(before.at)
  const steps = kind === 'miss' ? (own?.fallback ?? script.fallback) : (own?.silence ?? script.silence)
  step.misses = before.misses + 1
  const chosen = steps[Math.min(before.misses, steps.length - 1)]
  if (chosen === undefined) return
  const moved = perform(step, chosen.do, chosen)
  if (!moved) askAgain(step)
}

/** Sets, speaks, then the rest. Tells whether the conversation moved on (another state, or its end). */
function perform(
  step: Step,
  actions: readonly Action[],
  { say, interrupt }: Pick<Saying, 'interrupt'> & { readonly say: Texts | undefined },
): boolean {
  for (const action of actions) {
    if (action.kind === 'set')
      for (const [name, text] of action.values) step.values.set(name, written(step, text))
  }
  step.say(say, interrupt)
  let moved = false
  for (const action of actions) {
    switch (action.kind) {
      case 'set':
        break
      case 'repeat':
        step.repeat()
        break
      case 'goto': {
        moved = true
        const state = step.script.states.get(action.state)
        step.at = action.state
        step.open = null
        step.misses = 0
        step.say(state?.say, state?.interrupt)
        break
      }
      case 'clear':
        for (const name of action.names) step.values.delete(name)
        break
      case 'note':
        step.actions.push({ name: 'note', data: fillJson(action.data, text => written(step, text)) })
        break
      case 'transfer': {
        const about = [...step.values].map(([name, value]) => `${name}: ${value}`).join(', ')
        step.actions.push({ name: 'call', order: { do: 'transfer', to: action.to, about } })
        break
      }
      case 'hang-up':
        moved = true
        step.open = null
        step.actions.push({ name: 'hang-up' })
        break
      default:
        action satisfies never
    }
  }
  return moved
}

/** A template filled with values as stored, for notes and `set`. */
function written(step: Step, text: string): string {
  return fillTemplate(text, name => step.values.get(name) ?? '')
}

function fillJson(data: Json, fill: (text: string) => string): Json {
  if (typeof data === 'string') return fill(data)
  if (Array.isArray(data)) return data.map(each => fillJson(each, fill))
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fillJson(value, fill)]))
}

/** A value as a voice should read it: figures one by one, list values by name. */
function spoken(script: Script, name: string, value: string | undefined): string | undefined {
  const type: SlotType | undefined = script.slots.get(name)?.type
  if (value === undefined || type === undefined) return value
  if (type.kind === 'digits') return [...value].join(' ')
  return type.kind === 'list' ? (type.values.find(each => each.name === value)?.said ?? value) : value
}
