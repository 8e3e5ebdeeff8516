/**
 * Records a session as a tap: the caller left, the agent right, on one sample clock. The caller's sound stands where it
 * arrived, without jitter; the agent's where the far end's ear has it, as long after it left as sound takes there and back.
 * What was thrown away at the far end (an interruption, a `clear`) is not on the recording. Nothing here awaits or throws.
 *
 * Guaranteed: both channels are apart by no more than the error of `roundTripMs` and one frame, whatever the drift and the
 * jitter. Up to `windowMs` may be lost by a crash, and what is corrected later than that stays as it was.
 */

import { type AudioFrame, frameMs, type Resampler, type Resampling } from '@parley/audio'
import { type Clock, createCallerPlaces, type ReplyId, type SessionEvent, type Tap } from '@parley/core'
import { createAgentPlaces } from './agent-places.js'
import { createTwoTracks, type Track } from './two-tracks.js'
import type { WavSpool } from './wav-spool.js'

export interface StereoRecorderOptions {
  readonly clock: Clock
  readonly spool: WavSpool
  readonly resampling: Resampling
  /** Hz of the recording, 8000 or 16000. */
  readonly rate: number
  /**
   * From the gateway to the far end's ear and back, ms; as measured now. Undefined as long as nothing was: the agent's
   * first sound waits for it for half of `windowMs` at most, and then stands as if there were no way.
   * Default 0: as heard at the gateway's door.
   */
  roundTripMs?(): number | undefined
  /** How long sound may still change, ms, and how far ahead of its time the agent's may come. Default 2,500. */
  readonly windowMs?: number
}

export interface StereoRecorder extends Tap {
  /** Samples of one channel that found no place: too late, too far ahead, or the disk was behind. */
  readonly dropped: number
  /** Writes the rest. */
  close(): Promise<void>
}

/** The agent's sound, on its way. */
interface Leaving {
  readonly sound: { readonly reply: ReplyId; readonly replyMs: number; readonly durationMs: number }
  readonly leftMs: number
  readonly samples: Int16Array
}

/** A caller's frame is put beside the one before unless it is off by more, ms. */
const slackMs = 10
/** Frames that may wait for the way to be known; 20 ms each, no window is as long. */
const mostEarly = 250
/** Settled sound is handed on in pieces of this length. */
const blockMs = 500

export function createStereoRecorder(options: StereoRecorderOptions): StereoRecorder {
  const { clock, spool, rate, resampling, windowMs = 2_500 } = options
  const toSamples = (ms: number): number => Math.round((ms * rate) / 1000)
  const tracks = createTwoTracks(toSamples(2 * windowMs + 2 * blockMs))
  const block = new Int16Array(2 * toSamples(blockMs))
  const callers = createCallerPlaces()
  const places = createAgentPlaces((from, to) => tracks.erase('agent', toSamples(from), toSamples(to)))
  const resamplers: Partial<Record<Track, { readonly from: number; readonly made: Resampler }>> = {}
  const beganMs = clock.now()
  /** What left before it was known how long the way is. */
  const early: Leaving[] = []
  let callerAt: number | undefined
  let dropped = 0
  let latest = 0
  let closing: Promise<void> | undefined

  const now = (): number => clock.now() - beganMs

  const convert = (track: Track, { samples, rate: from }: AudioFrame): Int16Array => {
    if (from === rate) return samples
    let kept = resamplers[track]
    if (kept?.from !== from) {
      kept?.made.close()
      kept = { from, made: resampling.create({ fromRate: from, toRate: rate }) }
      resamplers[track] = kept
    }
    return kept.made.process(samples)
  }

  const put = (track: Track, at: number, samples: Int16Array): void => {
    dropped += tracks.put(track, at, samples)
    latest = Math.max(latest, at + samples.length)
  }

  const settle = (until: number): void => {
    tracks.settle(until, block, (count, at) => spool.write(block.subarray(0, 2 * count), at))
  }

  const place = ({ sound, leftMs, samples }: Leaving, wayMs: number): void =>
    put('agent', toSamples(places.leave(sound, leftMs + wayMs)), samples)

  /** The round trip; undefined for as long as it is worth waiting for. */
  const wayMs = (): number | undefined => {
    if (options.roundTripMs === undefined) return 0
    const [first] = early
    const isLate = first !== undefined && now() - first.leftMs >= windowMs / 2
    return options.roundTripMs() ?? (isLate || early.length >= mostEarly ? 0 : undefined)
  }

  const placeEarly = (ms: number | undefined): void => {
    if (ms !== undefined) for (const each of early.splice(0)) place(each, ms)
  }

  /** Hands on what cannot change any more, a block at a time. */
  const flow = (): void => {
    if (early.length > 0) placeEarly(wayMs())
    const until = toSamples(now() - windowMs)
    if (until - tracks.settled < block.length / 2) return
    settle(until)
    places.forget(now() - windowMs)
  }

  const close = async (): Promise<void> => {
    placeEarly(wayMs() ?? 0)
    settle(Math.min(latest, toSamples(now() + windowMs)))
    for (const kept of Object.values(resamplers)) kept.made.close()
    await spool.close()
  }

  return {
    name: 'recording',
    get dropped() {
      return dropped + spool.dropped
    },
    userAudio(frame) {
      if (closing !== undefined) return
      const place = toSamples(callers.place({ atMs: frame.atMs, durationMs: frameMs(frame) }, now()))
      if (callerAt === undefined || Math.abs(place - callerAt) > toSamples(slackMs)) {
        callerAt = Math.max(0, place)
      }
      const samples = convert('caller', frame)
      put('caller', callerAt, samples)
      callerAt += samples.length
      flow()
    },
    agentAudio(frame: AudioFrame, reply: ReplyId) {
      if (closing !== undefined) return
      const sound = { reply, replyMs: frame.atMs, durationMs: frameMs(frame) }
      const leaving = { sound, leftMs: now(), samples: convert('agent', frame) }
      const ms = wayMs()
      placeEarly(ms)
      if (ms === undefined) early.push({ ...leaving, samples: leaving.samples.slice() })
      else place(leaving, ms)
      flow()
    },
    event(event: SessionEvent) {
      if (event.kind === 'reply-ended' && event.interrupted) {
        placeEarly(wayMs() ?? 0)
        places.cut(event.reply, event.heard.ms)
      }
      if (event.kind === 'session-ended') closing ??= close()
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}
