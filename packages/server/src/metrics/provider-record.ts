import type { ErrorCode, ParleyError } from '@parley/core'

/** What each provider in use did last, for people: whether it serves, and what was done about it when it did not. */

export interface ProviderState {
  readonly slot: string
  readonly provider: string
  /** `idle`: not asked yet; `resting`: left alone for a while, others serve in its place. */
  readonly state: 'idle' | 'good' | 'failing' | 'resting'
  /** Epoch ms. */
  readonly sinceMs: number
  readonly answers: number
  readonly failures: number
  readonly lastProblem?: { readonly code: ErrorCode; readonly text: string; readonly atMs: number }
}

export interface ProviderRecord {
  /** One is there. */
  known(slot: string, provider: string): void
  answered(slot: string, provider: string): void
  failed(slot: string, provider: string, error: ParleyError): void
  incident(slot: string, provider: string, action: string): void
  states(): readonly ProviderState[]
}

/** Names come from configuration; agents written while the gateway runs may add some. */
const most = 200

export function createProviderRecord(epochMs: () => number): ProviderRecord {
  const known = new Map<string, ProviderState>()

  function change(slot: string, provider: string, next: (before: ProviderState) => ProviderState): void {
    const key = `${slot} ${provider}`
    const before = known.get(key) ?? {
      ...{ slot, provider, state: 'idle' as const, sinceMs: epochMs() },
      ...{ answers: 0, failures: 0 },
    }
    if (!known.has(key) && known.size >= most) return
    const after = next(before)
    known.set(key, after.state === before.state ? after : { ...after, sinceMs: epochMs() })
  }

  return {
    known: (slot, provider) => change(slot, provider, before => before),
    answered: (slot, provider) =>
      change(slot, provider, before => ({ ...before, state: 'good', answers: before.answers + 1 })),
    failed: (slot, provider, { code, message }) =>
      change(slot, provider, before => ({
        ...before,
        state: before.state === 'resting' ? 'resting' : 'failing',
        failures: before.failures + 1,
        lastProblem: { code, text: message.slice(0, 300), atMs: epochMs() },
      })),
    incident(slot, provider, action) {
      if (action === 'rested') change(slot, provider, before => ({ ...before, state: 'resting' }))
      if (action === 'returned') change(slot, provider, before => ({ ...before, state: 'good' }))
    },
    states: () => [...known.values()],
  }
}
