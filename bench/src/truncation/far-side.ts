/** A caller at one kind of edge, all in virtual time, and the network between. */

import type { Clock, Engine, Session, SessionEvent } from '@parley/core'
import type { VirtualClock } from '@parley/sim'

export interface NetworkPath {
  /** One way, ms. */
  readonly upMs: number
  readonly downMs: number
  /** Added to each message, uniform between 0 and this, ms; none overtakes another. */
  readonly jitterMs: number
}

export interface FarWorld {
  readonly clock: VirtualClock
  readonly engine: Engine
  readonly random: () => number
  readonly path: NetworkPath
  told(event: SessionEvent): void
}

export interface FarSide {
  readonly session: Session
  /** The caller's next 20 ms, as loud as speech or silent. */
  speak(loud: boolean): void
  /** All its ear got so far. */
  recording(): Int16Array
}

export interface Edge {
  /** Of the agent's sound all the way, Hz. */
  readonly rate: number
  open(world: FarWorld): Promise<FarSide>
}

/** All that is carried arrives in the order it left. */
export function oneWay(
  clock: Clock,
  { delayMs, jitterMs, random }: { readonly delayMs: number; readonly jitterMs: number; random(): number },
): (arrive: () => void) => void {
  let lastAtMs = Number.NEGATIVE_INFINITY
  return arrive => {
    lastAtMs = Math.max(lastAtMs, clock.now() + delayMs + random() * jitterMs)
    clock.after(lastAtMs - clock.now(), arrive)
  }
}

export const FRAME_MS = 20

export function callerFrame(rate: number, loud: boolean): Int16Array {
  return new Int16Array((rate * FRAME_MS) / 1000).fill(loud ? 6_000 : 0)
}
