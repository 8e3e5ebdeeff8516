/**
 * `reasoner:` of an agent file: who decides what the agent's own model should not, and when.
 *
 * ```yaml
 * reasoner:
 *   llm: [{ provider: anthropic, model: … }]
 *   policy: house-rules.md
 *   rules:
 *     - { name: refunds, words: [refund*, money back] }
 *     - { name: big sums, amounts: { over: 100, currencies: [EUR] } }
 *     - { name: doubt, unsure: true }
 * ```
 */

import { z } from 'zod'
import { currencyCodes } from '../reasoner/money.js'
import { hasWord } from '../reasoner/phrase-match.js'
import type { ReasonerRule } from '../reasoner/rules.js'
import { languageTag, text } from '../scripted/shape.js'
import type { Agent, ProviderEntry } from './agent.js'
import { entryList } from './entry-shape.js'
import { keysOfShape } from './keys-of-shape.js'
import { type EntriesContext, readEntries } from './read-entries.js'

export interface ReasonerFile {
  /** In the order in which they are tried. */
  readonly llm: readonly ProviderEntry[]
  /** Who decides and how. */
  readonly instructions: string | undefined
  /** Path of the rules of the house, relative to the agent's file, and `file:line:column` where it is named. */
  readonly policy: { readonly path: string; readonly place: string } | undefined
  readonly rules: readonly ReasonerRule[]
  /** By language (BCP 47), several in turn; those that are not named stay as they are without. */
  readonly holding: Readonly<Record<string, readonly string[]>>
  /** Whether the agent's own model may ask by itself. */
  readonly tool: boolean
  /** Whether it is asked only once a turn is over. */
  readonly waits: boolean
  /** ms */
  readonly timeoutMs: number | undefined
}

const list = (value: unknown): unknown => (value === undefined || Array.isArray(value) ? value : [value])
const phrase = text.refine(hasWord, 'has no word; write one that callers say')
const phrases = z.preprocess(list, z.array(phrase).min(1, 'is empty; write at least one phrase'))

const currency = z.preprocess(
  value => (typeof value === 'string' ? value.toUpperCase() : value),
  z.enum(currencyCodes as readonly [string, ...string[]]),
)

const amounts = z.preprocess(
  value => (typeof value === 'number' ? { over: value } : value),
  z.strictObject({
    over: z.number().min(0, 'must be 0 or more'),
    currencies: z
      .preprocess(list, z.array(currency).min(1, 'is empty; name one or leave it out'))
      .exactOptional(),
  }),
)

const ways = ['words', 'amounts', 'unsure'] as const

const rule = z
  .strictObject({
    name: text,
    words: phrases.exactOptional(),
    amounts: amounts.exactOptional(),
    /** No phrase: those that are known. */
    unsure: z.preprocess(value => (value === true ? [] : list(value)), z.array(phrase)).exactOptional(),
  })
  .superRefine((given, context) => {
    if (ways.filter(way => given[way] !== undefined).length === 1) return
    const message = 'needs one of words, amounts and unsure; make a rule of each'
    context.addIssue({ code: 'custom', message })
  })

const rules = z.array(rule).superRefine((given, context) => {
  for (const [at, { name }] of given.entries()) {
    if (given.findIndex(each => each.name === name) === at) continue
    context.addIssue({
      code: 'custom',
      path: [at, 'name'],
      message: `"${name}" is another rule, too; rename it`,
    })
  }
})

const wait = 'must be from 500 to 60000 ms'

export const reasonerShape = z.preprocess(
  value => (typeof value === 'string' ? { llm: value } : value),
  z.strictObject({
    llm: entryList,
    instructions: text.exactOptional(),
    policy: text.exactOptional(),
    rules: rules.exactOptional(),
    holding: z.record(languageTag, z.preprocess(list, z.array(text))).exactOptional(),
    tool: z.boolean().exactOptional(),
    waits: z.boolean().exactOptional(),
    timeoutMs: z.int().min(500, wait).max(60_000, wait).exactOptional(),
  }),
)

/** The keys that may stand at a place of the section. */
export function reasonerKeysAt(path: readonly PropertyKey[]): readonly string[] {
  return keysOfShape(reasonerShape, path)
}

/** The section as it is used; what is wrong with its providers is noted. */
export function reasonerFileOf(
  file: z.output<typeof reasonerShape> | undefined,
  context: EntriesContext,
): { readonly reasoner?: ReasonerFile } {
  if (file === undefined) return {}
  const { problems } = context
  const llm = readEntries('llm', file.llm, { ...context, section: 'reasoner' })
  if (llm.length === 0)
    problems.addAtKey(
      ['reasoner', 'llm'],
      '"llm" of "reasoner" is empty; name a model, such as "llm: anthropic"',
    )
  for (const [index, { provider }] of llm.entries()) {
    if (provider !== 'scripted') continue
    problems.add(
      ['reasoner', 'llm', index],
      'a script decides nothing; name a model in the place of "scripted"',
    )
  }
  return {
    reasoner: {
      llm,
      instructions: file.instructions,
      policy:
        file.policy === undefined
          ? undefined
          : { path: file.policy, place: problems.placeOf(['reasoner', 'policy']) },
      rules: (file.rules ?? []).map(ruleOf),
      holding: file.holding ?? {},
      tool: file.tool ?? true,
      waits: file.waits ?? false,
      timeoutMs: file.timeoutMs,
    },
  }
}

function ruleOf({ name, words, amounts: sums, unsure = [] }: z.output<typeof rule>): ReasonerRule {
  if (words !== undefined) return { name, words }
  if (sums !== undefined) return { name, amounts: sums }
  return { name, unsure: unsure.length === 0 ? true : unsure }
}

/** Providers of the agent's reasoner; none without one. */
export function reasonerEntries(agent: Agent): readonly ProviderEntry[] {
  return agent.kind === 'model' ? (agent.reasoner?.llm ?? []) : []
}
