/**
 * Speech that was handed to a socket and may not have arrived. The gateway says at `ready` how much of it did; what is
 * beyond that is sent again, so that a line that breaks in the middle of a word costs none of it. Pure.
 *
 * Invariant: a message arrived whole or not at all, and in order. So the end of what arrived is an end of one of them,
 * the one nearest to what the gateway says: its rounding repeats nothing and loses nothing.
 */
import type { Waiting } from './outbox.js'

export interface SentSpeech {
  /** This left, or may still wait in the browser's socket. */
  sent(waiting: Waiting): void
  /** This was still on its way to the socket when that broke. */
  stayed(waiting: readonly Waiting[]): void
  /**
   * What has to be sent again on the connection that is ready now, oldest first; with it the account begins anew.
   * `receivedMs` is what arrived on all connections of this session; without it only what stayed here is known not to
   * have arrived. `isNew` where this client began the session just now.
   */
  take(beginning: SpeechBeginning): Waiting[]
  /** Nothing of it is the caller's any more. */
  forget(): void
}

export interface SpeechBeginning {
  readonly session: string
  readonly receivedMs?: number | undefined
  readonly isNew: boolean
}

interface Sent {
  readonly waiting: Waiting
  /** Where it ends, ms since the connection was ready; of a message, where it stands. */
  readonly untilMs: number
}

/** Messages take no time, and are held to this. */
const MOST_ENTRIES = 500

export function createSentSpeech(mostMs: number): SentSpeech {
  let session: string | undefined
  /** Where the connection began on the gateway's line, ms. */
  let fromMs: number | undefined
  let sentMs = 0
  let ring: Sent[] = []
  let left: readonly Waiting[] = []

  function forget(): void {
    fromMs = undefined
    sentMs = 0
    ring = []
    left = []
  }

  function isOld(oldest: Sent | undefined): boolean {
    return oldest !== undefined && sentMs - oldest.untilMs >= mostMs
  }

  function missing(receivedMs: number): Waiting[] {
    if (fromMs === undefined) return []
    const arrivedMs = receivedMs - fromMs
    const isBeyond = ({ waiting, untilMs }: Sent) => untilMs - durationMs(waiting) / 2 >= arrivedMs
    const first = ring.findIndex(each => each.waiting.kind === 'audio' && isBeyond(each))
    const last = ring.findLastIndex(each => each.waiting.kind === 'audio' && !isBeyond(each))
    return ring.flatMap(({ waiting }, at) => {
      const isMissing = first >= 0 && at >= first
      // What stands where the sound ends may have arrived. The end of a turn does no harm twice, a typed turn would.
      const isHarmless = waiting.kind === 'message' && waiting.message.type === 'commit' && at > last
      return isMissing || isHarmless ? [waiting] : []
    })
  }

  return {
    sent(waiting) {
      sentMs += durationMs(waiting)
      ring.push({ waiting, untilMs: sentMs })
      while (ring.length > MOST_ENTRIES || isOld(ring[0])) ring.shift()
    },
    stayed(waiting) {
      left = waiting
    },
    take({ session: next, receivedMs, isNew }) {
      const same = next === session
      const again = [...(same && receivedMs !== undefined ? missing(receivedMs) : []), ...left]
      forget()
      session = next
      fromMs = receivedMs ?? (isNew ? 0 : undefined)
      return again
    },
    forget,
  }
}

export function durationMs(waiting: Waiting): number {
  return waiting.kind === 'audio' ? (waiting.samples.length * 1000) / waiting.sampleRate : 0
}
