/**
 * Both sides of a conversation as one sound, as it is in the room: the caller's when it comes, the agent's when it is
 * heard, not when it is sent. One mix for all who want it. It is made on the beat, 20 ms at a time, `DELAY_MS` behind so
 * that what comes unevenly still has its place; what comes later than that is left out, never moved.
 */
import { type AudioFrame, frameMs, type Resampler, type Resampling } from '@parley/audio'
import type { ReplyId, Ticker } from '@parley/core'

export interface MixedSound {
  user(frame: AudioFrame): void
  agent(frame: AudioFrame, reply: ReplyId, heardInMs: number): void
  /** What is not heard yet of the agent's sound is not heard at all. */
  cleared(): void
  ducked(on: boolean): void
  close(): void
}

export interface MixedSoundOptions {
  readonly now: () => number
  readonly ticker: Ticker
  readonly resampling: Resampling
  /** Hz. */
  readonly rate: number
  /** The frame is only valid during the call; `atMs` is its place since the mix began, and silence leaves gaps. */
  mixed(frame: AudioFrame): void
}

const DELAY_MS = 100
/** How far ahead of its time sound is kept, ms. */
const KEPT_MS = 4_000
/** A side whose place and clock are further apart than this begins anew at the clock, ms. */
const DRIFT_MS = 200
const FRAME_MS = 20
/** As the far end lowers what it has, −18 dB. */
const DUCKED = 10 ** (-18 / 20)
/** Above this the sum is pressed, not cut: two loud voices never clip. */
const KNEE = 24_576
const ROOM = 32_767 - KNEE

export function createMixedSound(options: MixedSoundOptions): MixedSound {
  const { now, ticker, resampling, rate, mixed } = options
  const beganAtMs = now()
  const size = Math.ceil((rate * KEPT_MS) / 1000)
  const frameSamples = Math.round((rate * FRAME_MS) / 1000)
  const user = createSide(size)
  const agent = createSide(size)
  const samples = new Int16Array(frameSamples)
  const other = new Int16Array(frameSamples)
  let resampler: Resampler | undefined
  let gain = 1
  let done = 0
  const placeOf = (atMs: number) => Math.round(((atMs - beganAtMs) * rate) / 1000)

  function resampled({ samples: given, rate: fromRate }: AudioFrame): Int16Array {
    if (fromRate === rate) return given
    if (resampler?.fromRate !== fromRate) {
      resampler?.close()
      resampler = resampling.create({ fromRate, toRate: rate })
    }
    return resampler.process(given)
  }

  /** Goes on where the side ended, unless that is over or too far from where the clock would have it. */
  function write(side: Side, sound: Int16Array, atMs: number): void {
    const wanted = placeOf(atMs)
    const aheadMs = ((side.end - wanted) * 1000) / rate
    // What comes all at once after a stall is too late to be told in time.
    if (side === user && aheadMs > DRIFT_MS) return
    const goesOn = side.end >= done && Math.abs(aheadMs) <= DRIFT_MS
    side.write(sound, goesOn ? side.end : wanted, done)
  }

  function mixFrame(): void {
    const isSilent = done >= user.end && done >= agent.end
    if (!isSilent) {
      user.take(done, samples)
      agent.take(done, other)
      for (let at = 0; at < frameSamples; at++)
        samples[at] = pressed((samples[at] ?? 0) + gain * (other[at] ?? 0))
      mixed({ samples, rate, atMs: (done * 1000) / rate })
    }
    done += frameSamples
  }

  const stop = ticker.add(nowMs => {
    const until = placeOf(nowMs - DELAY_MS)
    // After a stall of the process the beats that were missed are left out.
    if (until - done > size) done = until - frameSamples
    while (done + frameSamples <= until) mixFrame()
  })

  return {
    user: frame => write(user, resampled(frame), now() - frameMs(frame)),
    agent: (frame, _, heardInMs) => write(agent, frame.samples, now() + heardInMs),
    cleared: () => agent.cut(Math.max(done, placeOf(now()))),
    ducked(on) {
      gain = on ? DUCKED : 1
    },
    close() {
      stop()
      resampler?.close()
      resampler = undefined
    },
  }
}

interface Side {
  /** Place behind the last sample. */
  readonly end: number
  /** Writes at a place; what is before `done`, or too far ahead, is left out. */
  write(sound: Int16Array, place: number, done: number): void
  /** Fills `into` with the samples from a place on, which is then free. */
  take(place: number, into: Int16Array): void
  cut(place: number): void
}

function createSide(size: number): Side {
  const ring = new Int16Array(size)
  let end = 0
  return {
    get end() {
      return end
    },
    write(sound, place, done) {
      const first = Math.max(0, done - place)
      const last = Math.min(sound.length, done + size - place)
      for (let at = first; at < last; at++) ring[(place + at) % size] = sound[at] ?? 0
      end = Math.max(place + Math.max(0, last), done)
    },
    take(place, into) {
      const from = place % size
      const first = Math.min(into.length, size - from)
      into.set(ring.subarray(from, from + first))
      ring.fill(0, from, from + first)
      if (first === into.length) return
      into.set(ring.subarray(0, into.length - first), first)
      ring.fill(0, 0, into.length - first)
    },
    cut(place) {
      for (let at = place; at < end; at++) ring[at % size] = 0
      end = Math.min(end, place)
    },
  }
}

/** A soft knee: the same below it, never above full scale. */
function pressed(sum: number): number {
  const loud = Math.abs(sum)
  if (loud <= KNEE) return sum
  const over = loud - KNEE
  return Math.sign(sum) * (KNEE + (ROOM * over) / (over + ROOM))
}
