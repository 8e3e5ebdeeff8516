/**
 * The playback clock of a phone line: which marks are out, what an echo proves, and how long the way is.
 *
 * A mark comes back once the sound before it was played, or at once after a `clear`; an echo of a mark that was out
 * when `clear` left proves nothing, so `cleared` forgets them all. A line model says when each mark is due if nothing
 * took any time: sound that is sent now is played after what was sent before it. What an echo is late by is the round
 * trip. The mark sent right behind a `clear` finds an empty buffer, so its echo is a clean round trip, and says that
 * the `clear` has arrived: by then the far end had played what the model says, less what the last proven mark was
 * later than the round trip explains, less what the line usually shakes by: rather a little is heard twice than lost.
 */
import type { ReplyId } from '@parley/core'

export interface MarkLineOptions {
  now(): number
  readonly initialRttMs: number
  /** Sound that finds an empty buffer waits up to this long for the carrier's next frame, ms. */
  readonly frameMs: number
}

export interface Played {
  readonly reply: ReplyId
  readonly ms: number
}

export interface MarkLine {
  /** Smoothed round trip, ms; before the first mark is back, what is assumed. */
  readonly rttMs: number
  /** Whether a mark has come back yet. */
  readonly measured: boolean
  /** Smoothed distance of round trips from it, ms. */
  readonly shakeMs: number
  /** Marks that are out. */
  readonly open: number
  /** Sound leaves now, behind what left before. */
  sent(durationMs: number): void
  /** Sound of no reply leaves now, a key's tone: what comes next is a stretch of its own. */
  other(durationMs: number): void
  /** Until the far end has played all that was sent, if the way took no time, ms. */
  readonly queuedMs: number
  /** The next sound begins a stretch: it is `ms` into the reply. Returns the name of the mark to send before it. */
  begin(reply: ReplyId, ms: number): string
  /** All sound of the reply up to `ms` has been sent. Returns the name of the mark to send behind it. */
  mark(reply: ReplyId, ms: number): string
  /** A `clear` leaves now. Returns the name of the mark to send behind it. */
  clear(): string
  /** A mark is back. Returns what is proven to have been played, if anything new is. */
  echoed(name: string): Played | undefined
}

interface Mark extends Played {
  readonly kind: 'begin' | 'chunk'
  /** When it would be back if the way took no time. */
  readonly dueAtMs: number
}

interface Cut {
  readonly kind: 'cut'
  /** When the clear left. */
  readonly dueAtMs: number
  /** The last mark of the stretch that was proven, or else its first. */
  readonly anchor: Mark | undefined
  /** What that mark was late by; undefined where it was not back. */
  readonly lateMs: number | undefined
  /** Where the sound sent ended. */
  readonly sentMs: number
  /** The reply was sent anew before this came back: what it says is old. */
  void: boolean
}

/** More are never out but for a far end that returns none. */
const MAX_OPEN = 64
const MAX_RTT_MS = 2_000
/** Weight of the newest round trip. */
const SMOOTHING = 0.25

export function createMarkLine({ now, initialRttMs, frameMs }: MarkLineOptions): MarkLine {
  const out = new Map<string, Mark | Cut>()
  let rttMs = initialRttMs
  let shakeMs = frameMs / 2
  let measured = false
  let count = 0
  let queueEndsAtMs = Number.NEGATIVE_INFINITY
  let anchor: Mark | undefined
  let lateMs: number | undefined
  let sentMs = 0
  let cut: Cut | undefined

  function measure(sampleMs: number): void {
    const bounded = Math.min(MAX_RTT_MS, Math.max(0, sampleMs))
    if (measured) shakeMs += SMOOTHING * (Math.abs(bounded - rttMs) - shakeMs)
    rttMs = measured ? rttMs + SMOOTHING * (bounded - rttMs) : bounded
    measured = true
  }

  function put(name: string, mark: Mark | Cut): string {
    count += 1
    const unique = `${name}#${count}`
    out.set(unique, mark)
    const [oldest] = out.keys()
    if (out.size > MAX_OPEN && oldest !== undefined) out.delete(oldest)
    return unique
  }

  function place(kind: Mark['kind'], reply: ReplyId, ms: number): Mark {
    return { kind, reply, ms, dueAtMs: Math.max(queueEndsAtMs, now()) }
  }

  /** What had been played when the clear arrived: never more than was sent, never less than was proven. */
  function playedAtCut(of: Cut, cleanRttMs: number): Played | undefined {
    const { anchor: from } = of
    if (from === undefined || of.void) return undefined
    const wayMs = Math.min(cleanRttMs, rttMs)
    const delayMs = of.lateMs === undefined ? 0 : Math.max(0, of.lateMs - wayMs)
    const waitMs = from.kind === 'begin' ? frameMs : 0
    const sinceMs = Math.max(0, of.dueAtMs - from.dueAtMs - delayMs - waitMs - shakeMs)
    return { reply: from.reply, ms: Math.min(of.sentMs, from.ms + sinceMs) }
  }

  return {
    get rttMs() {
      return rttMs
    },
    get measured() {
      return measured
    },
    get shakeMs() {
      return shakeMs
    },
    get open() {
      return out.size
    },
    sent(durationMs) {
      queueEndsAtMs = Math.max(queueEndsAtMs, now()) + durationMs
      sentMs += durationMs
    },
    other(durationMs) {
      queueEndsAtMs = Math.max(queueEndsAtMs, now()) + durationMs
      anchor = undefined
    },
    get queuedMs() {
      return Math.max(0, queueEndsAtMs - now())
    },
    begin(reply, ms) {
      if (cut?.anchor?.reply === reply) cut.void = true
      anchor = place('begin', reply, ms)
      lateMs = undefined
      sentMs = ms
      return put(`${reply}:${Math.round(ms)}`, anchor)
    },
    mark: (reply, ms) => put(`${reply}:${Math.round(ms)}`, place('chunk', reply, ms)),
    clear() {
      out.clear()
      queueEndsAtMs = Number.NEGATIVE_INFINITY
      cut = { kind: 'cut', dueAtMs: now(), anchor, lateMs, sentMs, void: false }
      anchor = undefined
      return put('clear', cut)
    },
    echoed(name) {
      const mark = out.get(name)
      if (mark === undefined) return undefined
      out.delete(name)
      const sampleMs = now() - mark.dueAtMs
      if (mark.kind === 'cut') {
        const played = playedAtCut(mark, measured ? Math.max(0, sampleMs) : rttMs)
        measure(sampleMs)
        return played
      }
      measure(sampleMs)
      if (anchor?.reply === mark.reply && mark.ms >= anchor.ms) {
        anchor = mark
        lateMs = Math.max(0, sampleMs)
      }
      return { reply: mark.reply, ms: mark.ms }
    },
  }
}
