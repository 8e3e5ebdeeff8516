/**
 * Stored agents that are put together at present. Each is made when a conversation first needs it, shared by those of the
 * same version, and closed when it was replaced and its last conversation is over, or nobody needed it for a while.
 * Bounded: the one that rests longest makes room, and where all talk, a newcomer is refused.
 */

import { type Clock, ParleyError } from '@parley/core'
import type { AdmittedAgent } from '../gateway/admit-agent.js'
import type { AssembledAgent } from '../gateway/assemble-agent.js'

export interface LiveAgents {
  /**
   * Shared with all who hold the same key until `release`, which may be called twice.
   * @throws ParleyError `overloaded` where there is no room, `draining` after `close`, and whatever `admit` throws
   */
  hold(wanted: WantedAgent): Promise<HeldAgent>
  /** Agents that are put together, used or not. */
  readonly size: number
  close(): Promise<void>
}

export interface WantedAgent {
  readonly tenant: string
  /** What it is a version of, in its tenant: another key of the same line replaces it. */
  readonly line: string
  readonly key: string
  /** How long it is kept for the next conversation, ms. */
  readonly idleMs: number
  admit(): Promise<AdmittedAgent>
}

export interface HeldAgent {
  readonly assembled: AssembledAgent
  readonly admitted: AdmittedAgent
  release(): void
}

/** Of all tenants, and of one. */
export interface LiveLimits {
  readonly all: number
  readonly ofTenant: number
}

export const liveLimits: LiveLimits = { all: 64, ofTenant: 16 }

interface Standing extends WantedAgent {
  readonly admitting: Promise<AdmittedAgent>
  users: number
  replaced: boolean
  /** Session time of the last release. */
  idleSinceMs: number
  stopWaiting(): void
}

export function createLiveAgents(clock: Clock, limits: LiveLimits = liveLimits): LiveAgents {
  const standing = new Map<string, Standing>()
  const closing = new Set<Promise<void>>()
  let closed = false

  const idOf = ({ tenant, key }: Pick<WantedAgent, 'tenant' | 'key'>) => JSON.stringify([tenant, key])

  function remove(each: Standing): void {
    each.stopWaiting()
    if (standing.get(idOf(each)) === each) standing.delete(idOf(each))
    const gone: Promise<void> = each.admitting
      .then(admitted => admitted.close())
      .catch(() => {
        // What was never put together has nothing to close.
      })
      .finally(() => closing.delete(gone))
    closing.add(gone)
  }

  /** Makes room among `each`; @throws ParleyError `overloaded` where all of them are used. */
  function makeRoom(among: readonly Standing[], most: number): void {
    if (among.length < most) return
    const [longest] = among.filter(({ users }) => users === 0).sort((a, b) => a.idleSinceMs - b.idleSinceMs)
    if (longest === undefined)
      throw new ParleyError(
        'overloaded',
        `More than ${most} agents of the console talk at once; try again later.`,
      )
    remove(longest)
  }

  function begin(wanted: WantedAgent): Standing {
    const ofTenant = [...standing.values()].filter(({ tenant }) => tenant === wanted.tenant)
    makeRoom(ofTenant, limits.ofTenant)
    makeRoom([...standing.values()], limits.all)
    const begun: Standing = {
      ...wanted,
      admitting: wanted.admit(),
      ...{ users: 0, replaced: false, idleSinceMs: clock.now(), stopWaiting() {} },
    }
    for (const other of ofTenant) {
      if (other.line !== wanted.line) continue
      other.replaced = true
      if (other.users === 0) remove(other)
    }
    standing.set(idOf(wanted), begun)
    return begun
  }

  function release(each: Standing): void {
    each.users--
    if (each.users > 0) return
    each.idleSinceMs = clock.now()
    if (each.replaced || closed) return remove(each)
    each.stopWaiting = clock.after(each.idleMs, () => remove(each))
  }

  return {
    get size() {
      return standing.size
    },
    async hold(wanted) {
      if (closed) throw new ParleyError('draining')
      const each = standing.get(idOf(wanted)) ?? begin(wanted)
      each.stopWaiting()
      each.users++
      let held = true
      const leave = () => {
        if (held) release(each)
        held = false
      }
      try {
        const admitted = await each.admitting
        return { admitted, assembled: admitted.assembled, release: leave }
      } catch (error) {
        // The next who asks tries again.
        each.replaced = true
        if (standing.get(idOf(each)) === each) standing.delete(idOf(each))
        leave()
        throw error
      }
    },
    async close() {
      closed = true
      for (const each of standing.values()) if (each.users === 0) remove(each)
      await Promise.all(closing)
    },
  }
}
