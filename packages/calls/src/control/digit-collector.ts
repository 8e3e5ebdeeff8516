/**
 * Keys of a caller to what they entered: a fold over keys and time, without a clock of its own. Ends at the terminator, at
 * the count, when nothing comes in time, or with the call; what comes after the end changes nothing.
 */
import { ParleyError } from '@parley/core'

export interface CollectOrder {
  readonly most: number
  /** Ends it and is not among the digits; none without. */
  readonly terminator?: string
  /** To the first key, and between two, ms. */
  readonly firstMs: number
  readonly betweenMs: number
}

export interface CollectedDigits {
  readonly digits: string
  readonly ended: 'terminator' | 'full' | 'time' | 'hang-up'
}

export interface DigitCollector {
  /** A key at this time; also ends what was over by then. Returns the end, if there is one. */
  key(digit: string, atMs: number): CollectedDigits | undefined
  /** Time has come to here. */
  tick(atMs: number): CollectedDigits | undefined
  hangUp(): CollectedDigits
  /** When it ends if no key comes, ms. */
  readonly dueAtMs: number
  readonly ended: CollectedDigits | undefined
}

const keyPattern = /^[0-9*#A-D]$/

/** @throws ParleyError `bad_message` for an order that cannot be carried out */
export function createDigitCollector(order: CollectOrder, startAtMs: number): DigitCollector {
  checkOrder(order)
  const { most, terminator, firstMs, betweenMs } = order
  let digits = ''
  let dueAtMs = startAtMs + firstMs
  let ended: CollectedDigits | undefined

  function end(how: CollectedDigits['ended']): CollectedDigits {
    ended ??= { digits, ended: how }
    return ended
  }

  function tick(atMs: number): CollectedDigits | undefined {
    return ended ?? (atMs >= dueAtMs ? end('time') : undefined)
  }

  return {
    get dueAtMs() {
      return dueAtMs
    },
    get ended() {
      return ended
    },
    tick,
    key(digit, atMs) {
      const over = tick(atMs)
      if (over !== undefined || !keyPattern.test(digit)) return over
      if (digit === terminator) return end('terminator')
      digits += digit
      dueAtMs = atMs + betweenMs
      return digits.length >= most ? end('full') : undefined
    },
    hangUp: () => end('hang-up'),
  }
}

function checkOrder({ most, terminator, firstMs, betweenMs }: CollectOrder): void {
  if (!Number.isInteger(most) || most < 1 || most > 64) {
    throw new ParleyError('bad_message', 'Collect between 1 and 64 keys.')
  }
  if (terminator !== undefined && !keyPattern.test(terminator)) {
    throw new ParleyError('bad_message', 'A terminator is one key: 0–9, *, #, A–D.')
  }
  if (!(firstMs > 0 && firstMs <= 600_000 && betweenMs > 0 && betweenMs <= 600_000)) {
    throw new ParleyError('bad_message', 'Wait between 1 ms and 10 minutes for a key.')
  }
}
