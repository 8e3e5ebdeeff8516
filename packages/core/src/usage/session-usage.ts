/**
 * The account of one conversation, with an account of its own for each answer: an answer that is thrown away was paid as
 * well, and is then counted as waste, with what its providers tell of it later. There are as many lines as the agent has
 * providers.
 */

import {
  type UsageAccount,
  type UsageLine,
  type Used,
  type UsedBy,
  type UsedKind,
  usedKinds,
} from './usage.js'

export interface AnswerUsage extends UsageAccount {
  /** Nobody will hear it. Twice is fine. */
  discard(): void
}

export interface SessionUsage extends UsageAccount {
  answer(): AnswerUsage
  /** The sums as they stand; they only grow. */
  lines(): readonly UsageLine[]
  /** Counts up with each change. */
  readonly version: number
}

type Sums = Record<UsedKind, number>
type Line = UsageLine & { readonly used: Sums; readonly wasted: Sums; requests: number; uncounted: number }

/** `changed` is told after each change; it must not throw. */
export function createSessionUsage(changed: () => void = () => {}): SessionUsage {
  const lines = new Map<string, Line>()
  let version = 0

  function lineOf({ slot, provider, model }: UsedBy): Line {
    const key = JSON.stringify([slot, provider, model])
    const known = lines.get(key)
    if (known !== undefined) return known
    const named = { slot, provider, ...(model === undefined ? {} : { model }) }
    const line: Line = { ...named, used: noSums(), wasted: noSums(), requests: 0, uncounted: 0 }
    lines.set(key, line)
    return line
  }

  function touch(): void {
    version += 1
    changed()
  }

  function asked(by: UsedBy, counted: boolean): void {
    const line = lineOf(by)
    line.requests += 1
    if (!counted) line.uncounted += 1
    touch()
  }

  return {
    get version() {
      return version
    },
    used(by, what) {
      add(lineOf(by).used, what)
      touch()
    },
    asked,
    answer() {
      const own = new Map<Line, Sums>()
      let isDiscarded = false
      return {
        used(by, what) {
          const line = lineOf(by)
          add(line.used, what)
          if (isDiscarded) add(line.wasted, what)
          else {
            const sums = own.get(line) ?? noSums()
            own.set(line, sums)
            add(sums, what)
          }
          touch()
        },
        asked,
        discard() {
          isDiscarded = true
          for (const [line, sums] of own) add(line.wasted, sums)
          if (own.size > 0) touch()
          own.clear()
        },
      }
    },
    lines: () =>
      [...lines.values()].map(line => ({ ...line, used: { ...line.used }, wasted: { ...line.wasted } })),
  }
}

function noSums(): Sums {
  return { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
}

/** What is no count of anything (a vendor may tell nonsense) is left out. */
function add(sums: Sums, what: Used): void {
  for (const kind of usedKinds) {
    const more = what[kind] ?? 0
    if (Number.isFinite(more) && more > 0) sums[kind] += more
  }
}
