/**
 * Empties the outbox: takes letters whose time has come, for a lease, and tells the store what became of each. Between two
 * nodes the lease decides; a node that dies between sending and saying so has the letter sent again, with the same id.
 */

import { setMaxListeners } from 'node:events'
import { type Clock, type Json, type LookUpWorld, ParleyError } from '@parley/core'
import type { CallStore, OutboxMessage } from '../store/call-store.js'
import { type AddressRules, checkAddress } from './letter-address.js'
import { createLetterLanes, type LaneLimits } from './letter-lanes.js'
import { type PostResult, postLetter } from './post-letter.js'
import { nextTry, type RetryPlan } from './retry-plan.js'

export interface LetterSenderOptions {
  readonly callStore: Pick<CallStore, 'takeOutbox' | 'sent' | 'notSent'>
  readonly fetch: typeof fetch
  /** What names lead to: asked before each letter, unless private addresses are allowed. */
  readonly resolve?: LookUpWorld['resolve']
  /** The address in full and the secret; undefined: nobody wants it any more. @throws ParleyError `bad_config` */
  readonly signerOf: (letter: OutboxMessage) => LetterSigner | undefined
  /** Changes a lead that lives elsewhere; resolves when it is so. The same again must change nothing. */
  readonly applyLead?: (letter: OutboxMessage, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly epochMs: () => number
  /** 0 to 1. */
  readonly random: () => number
  readonly address?: AddressRules
  readonly retry?: RetryPlan
  /** For one answer. Default 10,000 ms. */
  readonly timeoutMs?: number
  /** How long a letter that was taken is nobody else's. Default 60,000 ms, at least three times `timeoutMs`. */
  readonly leaseMs?: number
  readonly lanes?: Partial<LaneLimits>
  tell?(news: LetterNews): void
  /** Called before each step; a test dies there. */
  at?(step: LetterStep, letter: OutboxMessage): Promise<void> | void
}

export interface LetterSigner {
  readonly url: string
  readonly secret: string
}

export const letterSteps = ['taken', 'sent', 'written'] as const
export type LetterStep = (typeof letterSteps)[number]

/** For metrics; `ageMs` since the letter was written. */
export type LetterNews = {
  readonly kind: 'sent' | 'failed' | 'dead' | 'lost-lease'
  readonly id: string
  readonly tenant: string
  readonly letter: OutboxMessage['kind']
  readonly tries: number
  readonly ageMs: number
  readonly problem?: string
}

export interface LetterSender {
  /**
   * Sends what is due until nothing is, or the signal aborts; gives how many were sent. Letters under way are waited for. One
   * call at a time is enough; several share their limits.
   * @throws ParleyError `store_…`: what was taken comes back when its lease is over
   */
  run(signal: AbortSignal): Promise<number>
}

export const defaultLanes: LaneLimits = { perHost: 8, waiting: 256, waitingSlow: 8, slowMs: 2_000 }

/** For letters that came while others were under way. */
const LOOK_AGAIN_MS = 1_000

export function createLetterSender(options: LetterSenderOptions): LetterSender {
  const { clock, callStore, epochMs, timeoutMs = 10_000 } = options
  const leaseMs = Math.max(options.leaseMs ?? 60_000, 3 * timeoutMs)
  const lanes = createLetterLanes(clock, { ...defaultLanes, ...options.lanes })

  return {
    async run(signal) {
      // Every letter under way listens, and there are as many as hosts have room for.
      setMaxListeners(0, signal)
      let sent = 0
      let broken: { readonly error: unknown } | undefined
      while (!signal.aborted && broken === undefined) {
        const takenMs = clock.now()
        const room = lanes.room
        const letters = room === 0 ? [] : await callStore.takeOutbox(epochMs(), room, leaseMs)
        for (const letter of letters) {
          lanes.add(laneOf(letter), async () => {
            // Another node may have it by now.
            if (signal.aborted || clock.now() - takenMs > leaseMs - 2 * timeoutMs)
              return lapsed(options, letter)
            try {
              const became = await send(options, letter, signal)
              if (became === 'sent') sent++
              return became !== 'failed'
            } catch (error) {
              broken ??= { error }
              return false
            }
          })
        }
        if (letters.length === 0 && lanes.size === 0) break
        // Others may have letters by then that need not wait for those under way.
        await lanes.below(Math.floor(lanes.size / 2), LOOK_AGAIN_MS)
      }
      while (lanes.size > 0) await lanes.below(0, LOOK_AGAIN_MS)
      if (broken !== undefined) throw broken.error
      return sent
    },
  }
}

function laneOf({ kind, target }: OutboxMessage): string {
  return kind === 'webhook' && URL.canParse(target) ? new URL(target).host : `${kind} ${target}`
}

function lapsed(options: LetterSenderOptions, letter: OutboxMessage): boolean {
  tell(options, 'lost-lease', letter)
  return true
}

/** What became of it. @throws ParleyError of the store's */
async function send(
  options: LetterSenderOptions,
  letter: OutboxMessage,
  signal: AbortSignal,
): Promise<PostResult['kind']> {
  const { callStore, epochMs, random, retry = {} } = options
  await options.at?.('taken', letter)
  const result =
    letter.kind === 'lead' ? await apply(options, letter, signal) : await post(options, letter, signal)
  await options.at?.('sent', letter)
  if (result.kind === 'sent') {
    await callStore.sent(letter.id, epochMs())
    await options.at?.('written', letter)
    tell(options, 'sent', letter)
    return 'sent'
  }
  const nowMs = epochMs()
  const retryAfterMs = result.kind === 'failed' ? result.retryAfterMs : undefined
  const nextAtMs =
    result.kind === 'refused'
      ? undefined
      : nextTry(retry, {
          tries: letter.tries,
          writtenAtMs: letter.atMs,
          nowMs,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
          random: random(),
        })
  await callStore.notSent(letter.id, result.problem, nextAtMs)
  tell(options, nextAtMs === undefined ? 'dead' : 'failed', letter, result.problem)
  return result.kind
}

async function post(
  options: LetterSenderOptions,
  letter: OutboxMessage,
  signal: AbortSignal,
): Promise<PostResult> {
  const { fetch, clock, epochMs, resolve, timeoutMs = 10_000, address = {} } = options
  let signer: LetterSigner | undefined
  try {
    signer = options.signerOf(letter)
  } catch (thrown) {
    // A variable that is not set may be set before the letter is too old.
    return { kind: 'failed', problem: messageOf(thrown) }
  }
  if (signer === undefined)
    return {
      kind: 'refused',
      problem: 'no agent has this webhook any more; put it back and send the letter again',
    }
  try {
    const url = await checkAddress(signer.url, resolve === undefined ? {} : { resolve }, address)
    const { id, body } = letter
    const posted = { id, event: eventOf(body), body: JSON.stringify(body), url, secret: signer.secret }
    return await postLetter(posted, { fetch, clock, epochMs, timeoutMs }, signal)
  } catch (thrown) {
    return problemOf(thrown)
  }
}

async function apply(
  options: LetterSenderOptions,
  letter: OutboxMessage,
  signal: AbortSignal,
): Promise<PostResult> {
  if (options.applyLead === undefined)
    return { kind: 'failed', problem: `nothing here changes leads at ${letter.target}` }
  try {
    await options.applyLead(letter, signal)
    return { kind: 'sent', status: 200 }
  } catch (thrown) {
    return problemOf(thrown)
  }
}

/** What cannot get better by itself is dead at once; an operator puts it right and revives it. */
function problemOf(thrown: unknown): PostResult {
  const error = ParleyError.from(thrown, 'internal')
  const hopeless = !error.retryable && (error.code === 'bad_config' || error.code === 'bad_message')
  return { kind: hopeless ? 'refused' : 'failed', problem: messageOf(error) }
}

function messageOf(thrown: unknown): string {
  return ParleyError.from(thrown, 'internal').message.slice(0, 300)
}

function eventOf(body: Json): string {
  const event = typeof body === 'object' && body !== null && 'event' in body ? body.event : undefined
  return typeof event === 'string' && /^[\w.-]{1,60}$/.test(event) ? event : 'letter'
}

function tell(
  options: LetterSenderOptions,
  kind: LetterNews['kind'],
  letter: OutboxMessage,
  problem?: string,
): void {
  options.tell?.({
    kind,
    id: letter.id,
    tenant: letter.tenant,
    letter: letter.kind,
    tries: letter.tries,
    ageMs: Math.max(0, options.epochMs() - letter.atMs),
    ...(problem === undefined ? {} : { problem }),
  })
}
