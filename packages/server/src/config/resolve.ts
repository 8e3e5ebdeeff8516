import { crossCheck } from './cross-check.js'
import type { Environment } from './environment.js'
import type { Setting } from './setting.js'
import { type Config, type SettingKey, settings } from './settings.js'
import { suggest } from './suggest.js'
import { vendorSettings } from './vendor-settings.js'

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
  /** Other names of the same setting, in falling rank. */
  readonly aliases: readonly string[]
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
    resolved.push({
      key,
      env: setting.env,
      aliases: setting.aliases,
      source,
      shown: show(setting, value),
    })
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
  const given = namesOf(setting, environment).flatMap(name => {
    const variable = environment.get(name)
    return variable ? [{ name, ...variable }] : []
  })
  const [winner, ...others] = given
  if (!winner) return { value: setting.default, source: 'default' }
  for (const other of setting.numbered ? [] : others) {
    if (other.text !== winner.text) problems.push(disagreement(winner.name, other.name))
  }
  const used = setting.numbered ? given : [winner]
  const text = used.map(each => each.text).join(',')
  const parsed = setting.kind.schema.safeParse(text)
  if (!parsed.success) {
    problems.push(wrongValue(setting, winner.name, text))
    return { value: setting.default, source: `default (${winner.name} is wrong)` }
  }
  const sentence = setting.kind.suspicion?.(parsed.data)
  if (sentence !== undefined) {
    const cure = `Look at ${winner.name}, and copy it again if in doubt.`
    problems.push({ level: 'warning', name: winner.name, sentence, cure })
  }
  return { value: parsed.data, source: used.map(sourceOf).join(', ') }
}

/** The names a setting goes by, in falling rank; numbered ones are those that are there. */
function namesOf({ env, aliases, numbered }: Setting<unknown>, environment: Environment): readonly string[] {
  const counted = numbered ? [...environment.keys()].filter(name => isNumbered(name, env)) : []
  return [env, ...aliases, ...counted.sort((one, other) => numberOf(one) - numberOf(other))]
}

function isNumbered(name: string, env: string): boolean {
  return name.startsWith(`${env}_`) && /^\d{1,3}$/.test(name.slice(env.length + 1))
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0])
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
  const isKnown = (name: string) =>
    known.includes(name) || rows.some(({ env, numbered }) => numbered && isNumbered(name, env))
  const strangers = [...environment.keys()].filter(name => looksLikeOurs(name, known) && !isKnown(name))
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

const ourPrefixes = ['PARLEY_', 'STREAM_', 'VOICE_']
const vendorPrefixes = new Set(Object.values(vendorSettings).map(({ env }) => env.replace(/_.*/, '_')))

/** Vendors' own tools read variables with the same beginnings: those are only told where a near name is ours. */
function looksLikeOurs(name: string, known: readonly string[]): boolean {
  if (ourPrefixes.some(prefix => name.startsWith(prefix))) return true
  const [prefix = ''] = /^[A-Z]+_/.exec(name) ?? []
  if (!vendorPrefixes.has(prefix)) return false
  // Without what they share, or every name would be near.
  const tails = known.filter(each => each.startsWith(prefix)).map(each => each.slice(prefix.length))
  return suggest(name.slice(prefix.length), tails) !== undefined
}

function show(setting: Setting<unknown>, value: unknown): string {
  if (value === undefined) return `unset: ${setting.unset}`
  if (setting.secret && Array.isArray(value) && value.length > 1) return `set (${value.length} keys)`
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
