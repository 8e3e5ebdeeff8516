import { crossCheck } from './cross-check.js'
import type { Environment } from './environment.js'
import type { Setting } from './setting.js'
import { type Config, type SettingKey, settings } from './settings.js'
import { suggest } from './suggest.js'

/**
 * From variables to settings. Never throws and never stops at the first fault: everything wrong is told at once, each
 * in one sentence with a cure, and no secret is ever among the words.
 */

export interface Problem {
  readonly level: 'error' | 'warning'
  /** The variable it is about. */
  readonly name: string
  /** What is wrong, e.g. `JWT_SECRET must be at least 32 characters long`. */
  readonly sentence: string
  /** What to do. */
  readonly cure: string
}

export interface ResolvedSetting {
  readonly key: SettingKey
  readonly env: string
  /** The variable that won and where it stood, or `default`. */
  readonly source: string
  /** The value as it may be shown. */
  readonly shown: string
}

export interface Resolution {
  readonly config: Config
  readonly resolved: readonly ResolvedSetting[]
  readonly problems: readonly Problem[]
}

/** A setting with an error keeps its default in `config`; whoever starts a gateway looks at `problems` first. */
export function resolveConfig(environment: Environment): Resolution {
  const problems: Problem[] = []
  const resolved: ResolvedSetting[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings) as [SettingKey, Setting<unknown>][]) {
    const { value, source } = resolveOne(setting, environment, problems)
    values[key] = value
    resolved.push({ key, env: setting.env, source, shown: show(setting, value) })
  }
  // Each value came out of its own row's schema or default, which is what Config is made of.
  const config = values as unknown as Config
  problems.push(...unknownNames(environment), ...crossCheck(config))
  return { config, resolved, problems }
}

export function hasErrors({ problems }: Resolution): boolean {
  return problems.some(problem => problem.level === 'error')
}

function resolveOne(setting: Setting<unknown>, environment: Environment, problems: Problem[]) {
  const given = [setting.env, ...setting.aliases].flatMap(name => {
    const variable = environment.get(name)
    return variable ? [{ name, ...variable }] : []
  })
  const [winner, ...others] = given
  if (!winner) return { value: setting.default, source: 'default' }
  for (const other of others) {
    if (other.text !== winner.text) problems.push(disagreement(winner.name, other.name))
  }
  const parsed = setting.kind.schema.safeParse(winner.text)
  if (parsed.success) return { value: parsed.data, source: sourceOf(winner) }
  problems.push(wrongValue(setting, winner.name, winner.text))
  return { value: setting.default, source: `default (${winner.name} is wrong)` }
}

function sourceOf({ name, from }: { name: string; from: string }): string {
  return from === 'environment' ? name : `${name} in ${from}`
}

function wrongValue(setting: Setting<unknown>, name: string, text: string): Problem {
  const { must, example } = setting.kind
  const given = setting.secret ? `It has ${text.length} characters.` : `It is "${shorten(text)}".`
  const cure = setting.secret ? 'Set another one.' : `Set for example ${name}=${example}.`
  return { level: 'error', name, sentence: `${name} must be ${must}`, cure: `${given} ${cure}` }
}

function disagreement(winner: string, other: string): Problem {
  return {
    level: 'warning',
    name: other,
    sentence: `${other} and ${winner} are the same setting and disagree; ${winner} wins`,
    cure: `Remove ${other}.`,
  }
}

function unknownNames(environment: Environment): Problem[] {
  const rows: readonly Setting<unknown>[] = Object.values(settings)
  const known = rows.flatMap(({ env, aliases, secret }) => [
    env,
    ...aliases,
    ...(secret ? [`${env}_FILE`] : []),
  ])
  const strangers = [...environment.keys()].filter(
    name => name.startsWith('PARLEY_') && !known.includes(name),
  )
  return strangers.map(name => {
    const near = suggest(name, known)
    return {
      level: 'warning',
      name,
      sentence: `${name} is not a setting`,
      cure: near === undefined ? 'See docs/configuration.md.' : `Did you mean ${near}?`,
    }
  })
}

function show(setting: Setting<unknown>, value: unknown): string {
  if (value === undefined) return `unset: ${setting.unset}`
  if (setting.secret) return `set (${String(value).length} characters)`
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return withoutPassword(String(value))
}

/** Addresses that are no secret as such may still carry a password. */
function withoutPassword(text: string): string {
  return text.replace(/^(\w+:\/\/)[^/@\s]+@/, '$1…@')
}

function shorten(text: string): string {
  const clean = withoutPassword(text)
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean
}
