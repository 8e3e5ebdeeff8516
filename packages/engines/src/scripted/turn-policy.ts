/**
 * How turns are taken, as a file says it: the `turns` of an agent, or a policy file of its own. Whatever is not said
 * stays as it is in the policy it is laid over. Keys are those of `TurnPolicy`.
 */

import { defaultTurnPolicy, type TurnPolicy } from '@parley/core'
import { z } from 'zod'
import type { FilePath, Problems } from './problems.js'
import { readYaml } from './read-yaml.js'
import { addIssue } from './shape-issues.js'
import { namesIn } from './template.js'

const whole = (least: number, most: number) => {
  const message = `must be from ${least} to ${most}`
  return z.int().min(least, message).max(most, message).exactOptional()
}
const text = z.string().trim()
const texts = z.preprocess(
  value => (typeof value === 'string' ? [value] : value),
  z.array(text.min(1, 'is empty; write a text')),
)

const sections = {
  endpoint: {
    minMs: whole(0, 5_000),
    maxMs: whole(100, 30_000),
    confidence: z
      .number()
      .gt(0, 'must be above 0 and below 1')
      .lt(1, 'must be above 0 and below 1')
      .exactOptional(),
    vendor: z.enum(['evidence', 'decides', 'ignored']).exactOptional(),
  },
  judge: {
    holdMs: whole(0, 5_000),
    claimMs: whole(0, 10_000),
    wordsMs: whole(0, 5_000),
    maxMs: whole(100, 30_000),
    minWords: whole(1, 20),
  },
  speculation: { perTurn: whole(0, 20), wastedMsPerMinute: whole(0, 600_000) },
  deadAir: {
    fillers: texts.exactOptional(),
    fillerAfterMs: whole(200, 60_000),
    prompts: texts.exactOptional(),
    promptAfterMs: whole(1_000, 3_600_000),
    goodbye: text.exactOptional(),
  },
} satisfies { readonly [Section in SectionName]: { readonly [Key in keyof TurnPolicy[Section]]: z.ZodType } }

type SectionName = 'endpoint' | 'judge' | 'speculation' | 'deadAir'

const turnsShape = {
  endpoint: z.strictObject(sections.endpoint).exactOptional(),
  bargeIn: z.enum(['any', 'words', 'none']).exactOptional(),
  judge: z.strictObject(sections.judge).exactOptional(),
  dtmf: z.enum(['interrupt', 'ignore']).exactOptional(),
  speculation: z.strictObject(sections.speculation).exactOptional(),
  deadAir: z.strictObject(sections.deadAir).exactOptional(),
} satisfies { readonly [Key in keyof TurnPolicy]: z.ZodType }

/** A part of a `TurnPolicy`, each value in its range. */
export const turnsFile = z.strictObject(turnsShape)

export type TurnsFile = z.output<typeof turnsFile>

/** The keys that may stand at a place of it. */
export function turnKeysAt(path: FilePath): readonly string[] {
  const [section] = path
  if (typeof section === 'string' && Object.hasOwn(sections, section))
    return Object.keys(sections[section as SectionName])
  return Object.keys(turnsShape)
}

/**
 * Reads a policy file: what stands under `turns` in an agent's file, or the agent's file itself. What it does not say
 * is as in `base`. `fileName` is only for messages. Throws `bad_agent` with a line `file:line:column: what is wrong;
 * what to do` for every mistake, and the same as `details.problems`.
 */
export function parseTurnPolicy(
  yamlText: string,
  fileName: string,
  base: TurnPolicy = defaultTurnPolicy,
): TurnPolicy {
  const { data, problems } = readYaml(yamlText, fileName)
  const isAgent = typeof data === 'object' && data !== null && ('agent' in data || 'turns' in data)
  const at: FilePath = isAgent ? ['turns'] : []
  const given = (isAgent ? (data as { readonly turns?: unknown }).turns : data) ?? {}
  const parsed = turnsFile.safeParse(given)
  for (const issue of parsed.error?.issues ?? []) {
    addIssue({ ...issue, path: [...at, ...issue.path] }, { data, problems }, path =>
      turnKeysAt(path.slice(at.length)),
    )
  }
  problems.throwIfAny()
  const policy = turnPolicyOf(parsed.data, { problems, at, base })
  problems.throwIfAny()
  return policy
}

interface TurnPolicyContext {
  readonly problems: Problems
  /** Where the section stands in its file. */
  readonly at: FilePath
  /** What holds where the file says nothing. */
  readonly base: TurnPolicy
}

/** The whole policy; values that do not go together are noted as problems. */
export function turnPolicyOf(file: TurnsFile | undefined, context: TurnPolicyContext): TurnPolicy {
  const { base } = context
  const policy: TurnPolicy = {
    ...base,
    ...file,
    endpoint: { ...base.endpoint, ...file?.endpoint },
    judge: { ...base.judge, ...file?.judge },
    speculation: { ...base.speculation, ...file?.speculation },
    deadAir: { ...base.deadAir, ...file?.deadAir },
  }
  checkOrder(policy, file, context)
  checkTexts(policy.deadAir, file?.deadAir, context)
  return policy
}

function checkOrder(policy: TurnPolicy, file: TurnsFile | undefined, context: TurnPolicyContext): void {
  const { endpoint, judge } = policy
  ordered(['endpoint', 'minMs', 'maxMs'], [endpoint.minMs, endpoint.maxMs], file?.endpoint, context)
  ordered(['judge', 'holdMs', 'claimMs'], [judge.holdMs, judge.claimMs], file?.judge, context)
  ordered(['judge', 'claimMs', 'maxMs'], [judge.claimMs, judge.maxMs], file?.judge, context)
}

/** Notes where the first of two values is above the second, at one that the file gives. */
function ordered(
  [section, less, more]: readonly [SectionName, string, string],
  [lessValue, moreValue]: readonly [number, number],
  given: object | undefined,
  { problems, at }: TurnPolicyContext,
): void {
  if (lessValue <= moreValue || given === undefined) return
  const whose = (key: string) => (Object.hasOwn(given, key) ? '' : ', as it stands without a word')
  const told = Object.hasOwn(given, less) ? less : more
  problems.add(
    [...at, section, told],
    `"${less}" of "${section}" must not be above "${more}": ${lessValue}${whose(less)}, above ${moreValue}${whose(more)}`,
  )
}

function checkTexts(
  { prompts, goodbye }: TurnPolicy['deadAir'],
  given: TurnsFile['deadAir'],
  { problems, at }: TurnPolicyContext,
): void {
  if (given === undefined) return
  if (goodbye !== '' && prompts.length === 0 && given.goodbye !== undefined) {
    const message = '"goodbye" is said after the last of "prompts", and there are none; add some or remove it'
    problems.addAtKey([...at, 'deadAir', 'goodbye'], message)
  }
  const all: readonly (readonly [FilePath, string])[] = [
    ...(given.fillers ?? []).map((filler, index) => [['fillers', index], filler] as const),
    ...(given.prompts ?? []).map((prompt, index) => [['prompts', index], prompt] as const),
    [['goodbye'], given.goodbye ?? ''],
  ]
  for (const [path, said] of all) {
    const [hole] = namesIn(said)
    if (hole === undefined) continue
    problems.add(
      [...at, 'deadAir', ...path],
      'a text for dead air cannot hold a {slot}; write words',
      hole.at,
    )
  }
}
