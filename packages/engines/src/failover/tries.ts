/** Whom one request asks, one after the other. */

import type { Member, Provider, Use } from './line-up.js'

export interface Tries<P extends Provider> {
  /** `willing`: only one that is not resting and was not yet tried, for a hedge. */
  next(willing?: boolean): Use<P> | undefined
  /** A failed member may be tried a second time. */
  retryable(member: Member<P>): void
  /** This member has had its try. */
  skip(member: Member<P>): void
}

export function createTries<P extends Provider>(
  members: readonly Member<P>[],
  {
    enter,
    force,
  }: {
    readonly enter: (member: Member<P>) => Use<P> | undefined
    readonly force: (member: Member<P>) => Use<P>
  },
): Tries<P> {
  const left = new Set(members)
  let again: Member<P> | undefined
  let wasAgain = false

  return {
    next(willing = false) {
      for (const member of left) {
        const use = enter(member)
        if (use === undefined) continue
        left.delete(member)
        return use
      }
      if (willing) return undefined
      const soonest = [...left].sort((one, other) => one.breaker.openForMs - other.breaker.openForMs)[0]
      const member = soonest ?? again
      if (member === undefined) return undefined
      left.delete(member)
      if (soonest === undefined) {
        again = undefined
        wasAgain = true
      }
      return force(member)
    },
    skip: member => void left.delete(member),
    retryable(member) {
      if (wasAgain) return
      if (again === undefined || member.place < again.place) again = member
    },
  }
}
