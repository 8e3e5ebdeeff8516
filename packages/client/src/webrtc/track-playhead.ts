/**
 * How far a reply has been heard that comes on a track: its beginning is told on the channel, its sound only by the
 * stamps of the packets that the browser has played (`getSynchronizationSources`). Pure.
 *
 * In silence nothing is sent and the stamp rests; the first that is new after `audio-begin` is that of the first sound.
 * It is looked at every so often, so what is told is late by up to one look, never early.
 */

export interface TrackPlayhead {
  /** The sound that follows is of `reply` from `fromMs` on. */
  begin(reply: string, fromMs: number): void
  /** The reply has no more sound than that, ms. */
  end(reply: string, totalMs: number): void
  /** The reply was taken back; what is heard after this is not its sound. Without one, all of them. */
  clear(reply?: string): void
  /** The last packet that was played; undefined before the first. What is new of the reply, if anything. */
  look(stamp: number | undefined): { readonly reply: string; readonly ms: number } | undefined
}

/** Opus counts 48 to the ms whatever its rate (RFC 7587, 4.1). */
const UNITS_PER_MS = 48
const WRAP = 2 ** 32
const PACKET_MS = 20

interface Stretch {
  readonly reply: string
  readonly fromMs: number
  /** Stamp of the packet before its first; undefined until there was one. */
  readonly restingAt: number | undefined
  startedAt: number | undefined
  totalMs: number
  toldMs: number
}

export function createTrackPlayhead(): TrackPlayhead {
  let lastStamp: number | undefined
  let stretch: Stretch | undefined

  return {
    begin(reply, fromMs) {
      stretch = {
        reply,
        fromMs,
        restingAt: lastStamp,
        startedAt: undefined,
        totalMs: Number.POSITIVE_INFINITY,
        toldMs: -1,
      }
    },
    end(reply, totalMs) {
      if (stretch?.reply === reply) stretch.totalMs = totalMs
    },
    clear(reply) {
      if (reply === undefined || stretch?.reply === reply) stretch = undefined
    },
    look(stamp) {
      if (stamp === undefined) return undefined
      lastStamp = stamp
      if (stretch === undefined || stamp === stretch.restingAt) return undefined
      stretch.startedAt ??= stamp
      const passedMs = since(stretch.startedAt, stamp) / UNITS_PER_MS
      const ms = Math.min(stretch.fromMs + passedMs + PACKET_MS, stretch.totalMs)
      if (ms <= stretch.toldMs) return undefined
      stretch.toldMs = ms
      return { reply: stretch.reply, ms }
    },
  }
}

function since(from: number, to: number): number {
  return (((to - from) % WRAP) + WRAP) % WRAP
}
