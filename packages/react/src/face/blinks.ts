/** When eyes blink: every 2–6 s, now and then twice. Lids fall in 70 ms, rest for 40 and rise in 140. */
import { ease } from './numbers.js'

const FALL_MS = 70
const CLOSED_MS = 40
const RISE_MS = 140
const WHOLE_MS = FALL_MS + CLOSED_MS + RISE_MS

export interface Blinks {
  /** Until the next one begins, ms; negative while one is under way. */
  waitMs: number
}

/** How far the lids are down after another `dtMs`, 0..1. */
export function blinkAfter(blinks: Blinks, dtMs: number, random: () => number): number {
  blinks.waitMs -= dtMs
  const sinceMs = -blinks.waitMs
  if (sinceMs <= 0) return 0
  if (sinceMs >= WHOLE_MS) {
    blinks.waitMs = random() < 0.15 ? 90 : 2_000 + 4_000 * random()
    return 0
  }
  if (sinceMs < FALL_MS) return ease(sinceMs / FALL_MS)
  return 1 - ease((sinceMs - FALL_MS - CLOSED_MS) / RISE_MS)
}
