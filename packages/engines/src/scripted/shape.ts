/**
 * The shape of an agent file, before its names are checked against each other. Short forms (one text for a list, a
 * bare action name) are widened here, so that the rest knows one form only.
 */

import { z } from 'zod'
import { turnKeysAt, turnsFile } from './turn-policy.js'

const list = (value: unknown): unknown => (value === undefined || Array.isArray(value) ? value : [value])
const asText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)

export const text = z.preprocess(asText, z.string().trim().min(1, 'is empty; write a text'))
const texts = z.preprocess(list, z.array(text).min(1, 'is empty; write at least one text'))
const name = z.preprocess(
  asText,
  z.string().regex(/^\p{L}[\p{L}\p{N}_-]*$/u, 'is no name; use letters, digits, - and _'),
)
const names = z.preprocess(list, z.array(name))
const scalar = z.preprocess(
  value => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
  z.string(),
)

const actionShape = {
  'hang-up': z.literal(true, 'takes no value; write "- hang-up"').optional(),
  repeat: z.literal(true, 'takes no value; write "- repeat"').optional(),
  goto: name.optional(),
  set: z.record(name, scalar).optional(),
  clear: names.optional(),
  note: z.json().optional(),
  transfer: name.optional(),
}
const action = z.preprocess(
  value => (typeof value === 'string' ? { [value]: true } : value),
  z.strictObject(actionShape),
)
const actions = z.preprocess(list, z.array(action))

const interrupt = z.enum(['any', 'words', 'none']).optional()
const sayingShape = { say: texts, interrupt }
export const sayingKeys: readonly string[] = Object.keys(sayingShape)
export const greetingShape = z.preprocess(
  value =>
    typeof value === 'string' || typeof value === 'number' || Array.isArray(value) ? { say: value } : value,
  z.strictObject(sayingShape),
)

const stepShape = { ...sayingShape, do: actions.default([]) }
const step = z.preprocess(
  value => (typeof value === 'string' || typeof value === 'number' ? { say: value } : value),
  z.strictObject(stepShape),
)
const steps = z.preprocess(list, z.array(step).min(1, 'is empty; write at least one text'))

const valueWays = z.preprocess(value => (value === null ? [] : list(value)), z.array(text))
const values = z.preprocess(
  value => (Array.isArray(value) ? Object.fromEntries(value.map(each => [String(each), []])) : value),
  z.record(text, valueWays),
)

export const slotTypes = ['digits', 'number', 'list', 'yes_no', 'weekday'] as const

const slotShape = {
  type: z.enum(slotTypes),
  min: z.int().min(0).max(999_999).optional(),
  max: z.int().min(0).max(999_999).optional(),
  values: values.optional(),
  ask: texts.optional(),
  phrases: texts.optional(),
}

const intentShape = {
  phrases: texts,
  needs: names.default([]),
  confirm: texts.optional(),
  cancelled: texts.optional(),
  replies: texts.optional(),
  interrupt,
  do: actions.default([]),
  aside: z.boolean().default(false),
}

const stateShape = {
  say: texts.optional(),
  interrupt,
  expects: names.default([]),
  only: z.boolean().default(false),
  fallback: steps.optional(),
  silence: steps.optional(),
}

export const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'is no language tag; write one such as "en" or "es-MX"')

/** What a script may say of providers stands beside it, read by whoever assembles the agent. */
const assembly = z.unknown().optional()

const scriptShape = {
  agent: text,
  language: languageTag,
  voice: text.optional(),
  greeting: greetingShape,
  slots: z.record(name, z.strictObject(slotShape)).default({}),
  intents: z.record(name, z.strictObject(intentShape)),
  states: z.record(name, z.strictObject(stateShape)).default({}),
  fallback: steps,
  silence: steps.optional(),
  trouble: text.optional(),
  turns: turnsFile.optional(),
  stt: assembly,
  llm: assembly,
  tts: assembly,
  expression: assembly,
  failover: assembly,
  phone: assembly,
  recording: assembly,
}

export const scriptFile = z.strictObject(scriptShape)

export type ScriptFile = z.output<typeof scriptFile>
export type SlotFile = ScriptFile['slots'][string]
export type IntentFile = ScriptFile['intents'][string]
export type StateFile = ScriptFile['states'][string]
export type StepFile = ScriptFile['fallback'][number]
export type ActionFile = IntentFile['do'][number]

/** The keys that may stand at a place of the file. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const [section] = path
  if (section === 'turns') return turnKeysAt(path.slice(1))
  const last = path.at(-2)
  if (last === 'do') return Object.keys(actionShape)
  if (last === 'fallback' || last === 'silence') return Object.keys(stepShape)
  if (section === 'greeting') return Object.keys(sayingShape)
  if (path.length === 2 && section === 'intents') return Object.keys(intentShape)
  if (path.length === 2 && section === 'slots') return Object.keys(slotShape)
  if (path.length === 2 && section === 'states') return Object.keys(stateShape)
  return Object.keys(scriptShape)
}
