import type { Cancel, Clock } from '@parley/core'

/**
 * A loudspeaker without a sound card: what arrives is played at the pace of time, what was played is reported, and
 * `clear` throws away the rest. It keeps what it played, so that it can be saved.
 */
export interface Loudspeaker {
  /** The audio that follows is of this reply and begins at `fromMs` of it. */
  begin(reply: string, fromMs: number): void
  audio(samples: Int16Array): void
  clear(reply: string): void
  /** Everything that was played, one reply after the other. */
  played(): Int16Array
  close(): void
}

export interface LoudspeakerOptions {
  readonly clock: Clock
  /** Hz. */
  readonly sampleRate: number
  /** Place in the reply up to which it was played. */
  readonly report: (reply: string, ms: number) => void
}

const REPORT_MS = 100

interface Playing {
  readonly reply: string
  readonly fromMs: number
  /** When the current unbroken run of sound began, and how much had been played before it. */
  runAtMs: number
  runFrom: number
  readonly chunks: Int16Array[]
  received: number
  reportedMs: number
}

export function createLoudspeaker({ clock, sampleRate, report }: LoudspeakerOptions): Loudspeaker {
  const heard: Int16Array[] = []
  let playing: Playing | undefined
  let cancel: Cancel | undefined

  /** Samples played so far: time since the run began, but never more than there was. */
  function place(of: Playing): number {
    const since = Math.round(((clock.now() - of.runAtMs) * sampleRate) / 1000)
    return Math.min(of.received, of.runFrom + since)
  }

  /** Returns the samples played so far, as told. */
  function tell(of: Playing): number {
    const played = place(of)
    const ms = of.fromMs + (played * 1000) / sampleRate
    if (ms > of.reportedMs) {
      of.reportedMs = ms
      report(of.reply, ms)
    }
    return played
  }

  /** Reports until it runs empty, then waits for audio to wake it. */
  function tick(): void {
    cancel = undefined
    if (!playing) return
    // What was told, not what is played by now: else the rest is never told.
    const restMs = ((playing.received - tell(playing)) * 1000) / sampleRate
    if (restMs > 0) cancel = clock.after(Math.min(REPORT_MS, Math.ceil(restMs)), tick)
  }

  function keep(of: Playing): void {
    let left = place(of)
    for (const chunk of of.chunks) {
      if (left <= 0) break
      heard.push(chunk.subarray(0, left))
      left -= chunk.length
    }
  }

  function end(): void {
    cancel?.()
    cancel = undefined
    if (!playing) return
    tell(playing)
    keep(playing)
    playing = undefined
  }

  return {
    begin(reply, fromMs) {
      end()
      const now = clock.now()
      playing = { reply, fromMs, runAtMs: now, runFrom: 0, chunks: [], received: 0, reportedMs: fromMs }
    },
    audio(samples) {
      if (!playing) return
      if (place(playing) >= playing.received) {
        playing.runAtMs = clock.now()
        playing.runFrom = playing.received
      }
      playing.chunks.push(samples)
      playing.received += samples.length
      if (!cancel) tick()
    },
    clear(reply) {
      if (playing?.reply === reply) end()
    },
    played() {
      if (playing) {
        const current = playing
        const before = heard.length
        keep(current)
        const all = join(heard)
        heard.length = before
        return all
      }
      return join(heard)
    },
    close: end,
  }
}

function join(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
