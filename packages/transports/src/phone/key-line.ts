/**
 * Keys that are to be sent into a call, one after the other: each once nothing is being said, and a pause behind it, so
 * that the far end's exchange hears it as one. Bounded; what is over the bound is refused whole.
 */
import { DTMF_PAUSE_MS, DTMF_TONE_MS } from '@parley/audio'
import type { Cancel, Clock } from '@parley/core'

export interface KeyLineOptions {
  readonly clock: Clock
  /** How long until nothing is being said, ms; undefined for as long as nobody knows, until `stirred`. */
  quietInMs(): number | undefined
  press(key: string): void
}

export interface KeyLine {
  /** False, and nothing is sent, for what are no keys or too many that wait. */
  send(digits: string): boolean
  /** What was being said is over. */
  stirred(): void
  /** What waits is not sent any more. */
  close(): void
}

/** `w` is a pause. */
const WAIT_MS = 500
const MOST_WAITING = 64
const digitsPattern = /^[0-9*#A-Dw]{1,64}$/

export function createKeyLine({ clock, quietInMs, press }: KeyLineOptions): KeyLine {
  let waiting = ''
  let stopTimer: Cancel | undefined

  function lookIn(ms: number): void {
    stopTimer = clock.after(ms, () => {
      stopTimer = undefined
      look()
    })
  }

  function look(): void {
    const key = waiting[0]
    if (key === undefined || stopTimer !== undefined) return
    const quietMs = quietInMs()
    if (quietMs === undefined) return
    if (quietMs > 0) return lookIn(quietMs)
    waiting = waiting.slice(1)
    if (key === 'w') return lookIn(WAIT_MS)
    press(key)
    lookIn(DTMF_TONE_MS + DTMF_PAUSE_MS)
  }

  return {
    send(digits) {
      if (!digitsPattern.test(digits) || waiting.length + digits.length > MOST_WAITING) return false
      waiting += digits
      look()
      return true
    },
    stirred: look,
    close() {
      waiting = ''
      stopTimer?.()
      stopTimer = undefined
    },
  }
}
