/**
 * What every conformance test stands on: a simulated vendor and an adapter in one virtual time. Time moves only in
 * `pump`, a little at each turn of the event loop, so that loopback sockets keep up and silence ends in a timeout.
 */

import { setTimeout as breathe } from 'node:timers/promises'
import { ParleyError } from '@parley/core'
import {
  type CodedBrainsOptions,
  codedBrains,
  type SimOptions,
  seededRandom,
  type VendorSim,
  VirtualClock,
} from '@parley/sim'
import type { VendorContext } from '../vendor.js'
import type { KeyOutcome, KeySource } from '../wire/keys.js'
import { openSocket } from '../wire/socket.js'

/** An adapter and its vendor, as a conformance suite is told of them. */
export interface Conformer<Provider> {
  /** For the titles of the tests. */
  readonly name: string
  openSim(options: SimOptions): Promise<VendorSim>
  create(context: VendorContext): Provider
}

export interface Rig<Provider> {
  readonly provider: Provider
  readonly sim: VendorSim
  readonly clock: VirtualClock
  readonly keys: WatchedKeys
  readonly warnings: readonly ParleyError[]
  /** Lets time pass until the promise settles. @throws what it rejects with, and an error if it never settles. */
  pump<Value>(promise: Promise<Value>, stepMs?: number): Promise<Value>
  close(): Promise<void>
}

export interface WatchedKeys extends KeySource {
  readonly taken: number
  readonly outcomes: readonly KeyOutcome[]
}

/** It must not appear in any error. */
export const secretKey = 'sk-conformance-d41d8cd98f00b204'
/** Twenty minutes of virtual time in steps of 250 ms. */
const MAX_TURNS = 5_000
/** More turns than these take less real time than a busy machine needs to carry a packet to itself. */
const TURNS_IN_A_ROW = 25

export async function openRig<Provider extends { close?(): Promise<void> }>(
  conformer: Conformer<Provider>,
  brains: CodedBrainsOptions = {},
): Promise<Rig<Provider>> {
  const clock = new VirtualClock()
  const random = seededRandom(7)
  const sim = await conformer.openSim({ clock, random, brains: codedBrains(brains), keys: [secretKey] })
  const warnings: ParleyError[] = []
  const keys = watchedKeys()
  let ids = 0
  const provider = conformer.create({
    clock,
    epochMs: () => 1_795_000_000_000 + clock.now(),
    random,
    newId: () => `id-${++ids}-${Math.floor(random() * 1e9)}`,
    baseUrl: sim.baseUrl,
    keys,
    fetch,
    openSocket,
    warn: error => warnings.push(error),
  })
  const pump = <Value>(promise: Promise<Value>, stepMs = 1) => pumped(clock, promise, stepMs)
  return {
    provider,
    sim,
    clock,
    keys,
    warnings,
    pump,
    async close() {
      await pump(provider.close?.() ?? Promise.resolve(), 50)
      await sim.close()
    },
  }
}

async function pumped<Value>(clock: VirtualClock, promise: Promise<Value>, stepMs: number): Promise<Value> {
  let settled = false
  const mark = () => {
    settled = true
  }
  promise.then(mark, mark)
  for (let turn = 0; !settled; turn++) {
    if (turn > MAX_TURNS)
      throw new Error(`nothing happened for ${Math.round(clock.now())} ms of virtual time`)
    await clock.advance(stepMs)
    await new Promise<void>(resolve => setImmediate(resolve))
    if (turn % TURNS_IN_A_ROW === TURNS_IN_A_ROW - 1) await breathe(1)
  }
  return promise
}

function watchedKeys(): WatchedKeys {
  const outcomes: KeyOutcome[] = []
  let taken = 0
  return {
    get taken() {
      return taken
    },
    outcomes,
    async take() {
      taken++
      let told = false
      return {
        key: secretKey,
        done(outcome) {
          if (told) return
          told = true
          outcomes.push(outcome)
        },
      }
    },
  }
}

/** The error of a promise that must fail; one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<ParleyError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ParleyError) return error
    throw new Error(`failed with something that is no ParleyError: ${String(error)}`, { cause: error })
  }
  throw new Error('it did not fail')
}

/** Everything an error says, for a look whether a secret is in it. */
export function wordsOf(error: ParleyError): string {
  const causes: string[] = []
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause)
    causes.push(`${cause.message} ${cause.stack}`)
  return [error.message, error.stack, JSON.stringify(error.details), ...causes].join('\n')
}
