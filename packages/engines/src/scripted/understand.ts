/**
 * What a turn means where the conversation stands. In order: the answer to the open question, an intent said word for
 * word, a value somewhere in the text while one is asked for, an intent said about so. Anything less is a miss.
 */

import type { DialogueState } from './dialogue-state.js'
import { listeningIn } from './hearing.js'
import { findSlot, matchIntent, matchPhrases, readingsOf, readSlot, type Values } from './match.js'
import { guessIntent } from './score.js'
import type { Intent, Script, Slot, SlotType } from './script.js'

export type Meaning =
  | { readonly kind: 'intent'; readonly intent: Intent; readonly values: Values }
  /** The open question is answered. */
  | { readonly kind: 'filled'; readonly values: Values }
  | { readonly kind: 'yes' | 'no' }
  /** Nothing was said, as far as was understood. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'miss' }

type Readings = readonly (readonly string[])[]

export function understand(script: Script, state: DialogueState, text: string): Meaning {
  const readings = readingsOf(text, script.language)
  if ((readings[0] ?? []).length === 0) return { kind: 'silence' }
  return (
    answer(script, state, readings) ?? intentSaid(script, state, readings) ?? loosely(script, state, readings)
  )
}

function answer(script: Script, { open }: DialogueState, readings: Readings): Meaning | undefined {
  if (open === null) return undefined
  if (open.kind === 'slot') {
    const slot = script.slots.get(open.slot)
    return slot === undefined ? undefined : slotSaid(slot, readings, script)
  }
  const said = wholeSlot(script.yesNo, readings, script.language)
  if (said === undefined) return undefined
  return { kind: said === 'yes' ? 'yes' : 'no' }
}

function slotSaid(slot: Slot, readings: Readings, script: Script): Meaning | undefined {
  const value = wholeSlot(slot.type, readings, script.language)
  if (value !== undefined) return { kind: 'filled', values: new Map([[slot.name, value]]) }
  const match = matchPhrases(slot.phrases, readings, script)
  return match === undefined ? undefined : { kind: 'filled', values: match.values }
}

/** A slot that is the whole text. */
function wholeSlot(type: SlotType, readings: Readings, language: string): string | undefined {
  for (const keys of readings) {
    const reading = readSlot(type, keys, 0, language).find(({ next }) => next === keys.length)
    if (reading !== undefined) return reading.value
  }
  return undefined
}

function intentSaid(script: Script, { at }: DialogueState, readings: Readings): Meaning | undefined {
  const { own, general } = listeningIn(script, at)
  const match = matchIntent(own, readings, script) ?? matchIntent(general, readings, script)
  return match === undefined ? undefined : { kind: 'intent', ...match }
}

function loosely(script: Script, { at, open }: DialogueState, readings: Readings): Meaning {
  if (open !== null) {
    const within = valueWithin(
      script,
      open.kind === 'slot' ? [open.slot] : neededBy(script, open.intent),
      readings,
    )
    if (within !== undefined) return within
  }
  const { own, general } = listeningIn(script, at)
  const guess = guessIntent([...own, ...general], readings, script)
  if (guess !== undefined) return { kind: 'intent', ...guess }
  if (open?.kind !== 'confirm') return { kind: 'miss' }
  const leaning = findSlot(script.yesNo, readings, script.language)
  return leaning === undefined ? { kind: 'miss' } : { kind: leaning === 'yes' ? 'yes' : 'no' }
}

function neededBy(script: Script, intent: string): readonly string[] {
  return script.intents.get(intent)?.needs ?? []
}

/** `no, five one three` while 512 is to be confirmed: a new value for what is asked. */
function valueWithin(script: Script, names: readonly string[], readings: Readings): Meaning | undefined {
  for (const name of names) {
    const slot = script.slots.get(name)
    const value = slot === undefined ? undefined : findSlot(slot.type, readings, script.language)
    if (value !== undefined) return { kind: 'filled', values: new Map([[name, value]]) }
  }
  return undefined
}
