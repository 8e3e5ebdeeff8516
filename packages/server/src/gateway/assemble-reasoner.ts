/** Who decides for an agent's own model: the models of its file, its rules and the rules of the house. */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type LanguageModel, ParleyError } from '@parley/core'
import {
  type Agent,
  createReasoner,
  defaultHolding,
  type ModelAgentFile,
  type Reasoner,
  type ReasonerFile,
  reasonerTool,
  type Tool,
  withDoubts,
  withReasoner,
} from '@parley/engines'
import { resilientModel } from './assemble-wrappers.js'
import { type AssemblyParts, usable } from './assembly-parts.js'

/** Longest text of a policy, in bytes: a model reads all of it for every question. */
const MAX_POLICY_BYTES = 200_000

/** Longest wait for a decision where the file says nothing, ms. */
const DECISION_MS = 8_000
/** Of several models, the first that does not answer is given up after this share of the wait. */
const SHARE_OF_ONE = 0.6

/**
 * Undefined where the agent's file has none. Made anew at each call: an agent keeps one.
 * @throws ParleyError `bad_config` when none of its models can serve, or the policy cannot be read
 */
export function reasonerOf(agent: Agent, parts: AssemblyParts): Reasoner | undefined {
  const file = agent.kind === 'model' ? agent.reasoner : undefined
  if (agent.kind !== 'model' || file === undefined) return undefined
  const list = usable('llm', { agent, entries: file.llm, parts }, entry => parts.shelf.get('llm', entry))
  const policy = policyOf(agent)
  const { timeoutMs = DECISION_MS } = file
  // Nobody hears its first word sooner for a second one asked beside it, and the next needs time of the whole.
  const waitMs = Math.round(list.length > 1 ? timeoutMs * SHARE_OF_ONE : timeoutMs)
  const plan = { hedgeShare: 0, firstTokenMs: waitMs, idleMs: waitMs }
  return createReasoner({
    model: parts.keep(resilientModel(list, plan, parts)),
    clock: parts.clock,
    language: agent.language,
    agentInstructions: agent.instructions,
    rules: file.rules,
    holding: { ...defaultHolding, ...file.holding },
    ...(policy === undefined ? {} : { policy }),
    ...(file.instructions === undefined ? {} : { instructions: file.instructions }),
    timeoutMs,
  })
}

/** What a cascade does with a reasoner: as a tool beside the agent's own, and around its model. */
export interface ReasonedMind {
  readonly tools: readonly Tool[]
  /** Around the model itself, inside its tools. */
  inner(model: LanguageModel): LanguageModel
  /** Around all of it. */
  outer(model: LanguageModel): LanguageModel
}

export function reasonedMind(agent: ModelAgentFile, parts: AssemblyParts): ReasonedMind {
  const reasoner = reasonerOf(agent, parts)
  const { reasoner: file } = agent
  if (reasoner === undefined || file === undefined)
    return { tools: [], inner: model => model, outer: model => model }
  const { clock, log } = parts
  const warn = (err: ParleyError) => log.warn({ err, agent: agent.agent }, 'a decision failed')
  const options = { clock, waits: file.waits, warn }
  return {
    tools: file.tool ? [reasonerTool(reasoner, options)] : [],
    inner: model => (hasDoubts(file) ? withDoubts(model, reasoner, options) : model),
    outer: model => (hasWords(file) ? withReasoner(model, reasoner, options) : model),
  }
}

/** The rules of the house. @throws ParleyError `bad_config` that names the line of the agent's file */
export function policyOf(agent: ModelAgentFile): string | undefined {
  const policy = agent.reasoner?.policy
  if (policy === undefined) return undefined
  const path = resolve(dirname(agent.file), policy.path)
  const text = read(path, policy.place)
  if (text.trim() === '') throw unreadable(policy.place, `${path} is empty`)
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES)
    throw unreadable(policy.place, `${path} has over ${MAX_POLICY_BYTES} bytes; keep what decides`)
  return text
}

function read(path: string, place: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(
      place,
      `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

function unreadable(place: string, what: string): ParleyError {
  return new ParleyError('bad_config', `${place}: "policy" names a file of the rules of the house; ${what}.`)
}

function hasDoubts({ rules }: ReasonerFile): boolean {
  return rules.some(rule => 'unsure' in rule)
}

function hasWords({ rules }: ReasonerFile): boolean {
  return rules.some(rule => !('unsure' in rule))
}
