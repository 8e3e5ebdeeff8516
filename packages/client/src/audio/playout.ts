/**
 * The caller's loudspeaker, without the loudspeaker: takes replies as they arrive, yields blocks for the sound
 * card, and tells how much of each reply has been heard. Pure; runs on the audio thread.
 * Invariant: a place is reported only once its samples were rendered and the output latency has passed, and silence
 * put in for want of sound never counts.
 */
import { createGainRamp, dbToGain } from './gain-ramp.js'
import { createHeardLine } from './heard-line.js'
import { powerToDbfs, SILENCE_DBFS } from './level.js'
import { createPlayhead, type PlayheadReport } from './playhead.js'
import { createReplyQueue, type ReplyTrack } from './reply-queue.js'
import { createResampler } from './resampler.js'

export interface PlayoutOptions {
  /** Rate of the replies, Hz. */
  readonly sourceRate: number
  /** Rate of the sound card, Hz. */
  readonly contextRate: number
  /** Sound to hold before playing and after a gap. Default 60 ms. */
  readonly jitterMs?: number
  /** Most sound to hold; what comes on top is dropped and reported. Default 120 s. */
  readonly maxBufferMs?: number
  readonly report: (report: PlayoutReport) => void
}

export type PlayoutReport =
  /** Heard so far, ms of the reply. `final` is the last word on it: it was heard out or cleared. */
  | { readonly kind: 'played'; readonly reply: string; readonly ms: number; readonly final: boolean }
  /** What is rendered, and how much waits behind it. Silence is told once. */
  | { readonly kind: 'level'; readonly dbfs: number; readonly bufferedMs: number }
  /** The network was slower than the sound; silence is played until the jitter buffer is full again. */
  | { readonly kind: 'underrun'; readonly reply: string }
  | PlayheadReport
  /** Over `maxBufferMs`; the sender is far ahead of its time. */
  | { readonly kind: 'dropped'; readonly reply: string; readonly ms: number }

export interface Playout {
  /** The sound that follows belongs to `reply` from `fromMs` on; what is already held is not repeated. */
  begin(reply: string, fromMs: number): void
  push(samples: Int16Array): void
  /** All of the reply has been pushed; no place beyond `totalMs` is reported. */
  end(reply: string, totalMs?: number): void
  /** Fades the reply (all of them without one) out within 5 ms, drops the rest and reports the last place. */
  clear(reply?: string): void
  duck(on: boolean): void
  /** Time from rendering to the ear, in ms. */
  setLatency(ms: number): void
  /** What waits to be rendered, at the rate of the replies; two bytes each. */
  readonly bufferedSamples: number
  /** Fills `output`, whose first sample is the context's sample number `frame`. */
  render(output: Float32Array, frame: number): void
}

const MAX_BLOCK = 128
const DEFAULT_JITTER_MS = 60
const DEFAULT_MAX_BUFFER_MS = 120_000
const FADE_MS = 5
const DUCK_MS = 20
const DUCK_DB = -18
const REPORT_EVERY_MS = 100
const LEVEL_EVERY_MS = 50

export function createPlayout(options: PlayoutOptions): Playout {
  const { sourceRate, contextRate, report } = options
  const maxInputs = Math.ceil((MAX_BLOCK * sourceRate) / contextRate) + 2
  const resampler = createResampler({ fromRate: sourceRate, toRate: contextRate, maxInputs })
  const queue = createReplyQueue(toSamples(options.maxBufferMs ?? DEFAULT_MAX_BUFFER_MS))
  const gain = createGainRamp((DUCK_MS * contextRate) / 1000)
  const line = createHeardLine<ReplyTrack>()
  const playhead = createPlayhead({ sourceRate, contextRate, delaySamples: resampler.delaySamples, report })
  const meter = createMeter((LEVEL_EVERY_MS * contextRate) / 1000, dbfs =>
    report({ kind: 'level', dbfs, bufferedMs: (queue.samples * 1000) / sourceRate }),
  )
  const jitterSamples = toSamples(options.jitterMs ?? DEFAULT_JITTER_MS)
  const reportEveryFrames = (REPORT_EVERY_MS * contextRate) / 1000
  const source = new Float32Array(maxInputs)
  const block = new Float32Array(MAX_BLOCK)
  let latencyFrames = 0
  let playing = false
  let waitedSamples = 0
  let taken: ReplyTrack | undefined
  let lastReportFrame = 0
  let now = 0
  let due: { readonly track: ReplyTrack; readonly position: number } | undefined

  function toSamples(ms: number): number {
    return Math.round((ms * sourceRate) / 1000)
  }

  function tell(track: ReplyTrack, position: number, final: boolean): void {
    due = undefined
    track.reported = position
    lastReportFrame = now
    const ms = Math.min((position * 1000) / sourceRate, track.totalMs)
    report({ kind: 'played', reply: track.reply, ms, final })
  }

  function heard(track: ReplyTrack, position: number): void {
    if (track.cleared || position <= track.reported) return
    if (due !== undefined && due.track !== track) tell(due.track, due.position, false)
    const final = track.ended && position >= track.written
    const first = track.reported < 0
    if (final || first || now - lastReportFrame >= reportEveryFrames) tell(track, position, final)
    else due = { track, position }
  }

  /** Whether the sound that waits may start: enough of it, all of it, or waited for long enough. */
  function ready(wanted: number): boolean {
    const { head } = queue
    if (head === undefined) return false
    waitedSamples += wanted
    return head.ended || queue.samples >= jitterSamples || waitedSamples >= jitterSamples
  }

  function took(track: ReplyTrack): void {
    line.record(now, track, track.played)
    taken = track
  }

  function read(wanted: number): void {
    source.fill(0, 0, wanted)
    if (!playing && !ready(wanted)) return
    playing = true
    waitedSamples = 0
    const last = queue.take(source, wanted, took)
    const dryFrame = now - ((wanted - last) * contextRate) / sourceRate
    if (last > 0 && taken !== undefined) playhead.plays(taken.reply, taken.played, last, dryFrame)
    if (last === wanted) return
    playing = false
    playhead.stops(dryFrame)
    const dry = queue.open().at(-1)
    if (dry !== undefined && !dry.ended && dry.played > 0) report({ kind: 'underrun', reply: dry.reply })
  }

  function clearTrack(track: ReplyTrack): void {
    const keep = playing && queue.head === track ? toSamples(FADE_MS) : 0
    queue.drop(track, keep)
    line.forget(track)
    if (due?.track === track) due = undefined
    tell(track, track.written, true)
  }

  return {
    get bufferedSamples() {
      return queue.samples
    },
    begin(reply, fromMs) {
      queue.begin(reply, toSamples(fromMs))
      gain.to(1)
    },
    push(samples) {
      const dropped = queue.push(samples)
      const reply = queue.open().at(-1)?.reply
      if (dropped > 0 && reply !== undefined)
        report({ kind: 'dropped', reply, ms: (dropped * 1000) / sourceRate })
    },
    end(reply, totalMs = Number.POSITIVE_INFINITY) {
      const track = queue.find(reply)
      if (track === undefined || track.ended || track.cleared) return
      track.ended = true
      track.totalMs = totalMs
      if (track.reported >= track.written && track.played >= track.written) tell(track, track.written, true)
    },
    clear(reply) {
      if (reply === undefined) {
        for (const track of queue.open()) if (!isOver(track)) clearTrack(track)
        return
      }
      const track = queue.find(reply)
      if (track === undefined) report({ kind: 'played', reply, ms: 0, final: true })
      else if (track.cleared) tell(track, track.written, true)
      else clearTrack(track)
    },
    duck(on) {
      gain.to(on ? dbToGain(DUCK_DB) : 1)
    },
    setLatency(ms) {
      latencyFrames = (ms * contextRate) / 1000 + (resampler.delaySamples * contextRate) / sourceRate
    },
    render(output, frame) {
      for (let from = 0; from < output.length; from += MAX_BLOCK) {
        const count = Math.min(MAX_BLOCK, output.length - from)
        now = frame + from + count
        const wanted = resampler.inputsFor(count)
        read(wanted)
        resampler.process(source, wanted, block, count)
        gain.apply(block, count)
        meter.add(block, count)
        output.set(count === MAX_BLOCK ? block : block.subarray(0, count), from)
      }
      line.read(now, latencyFrames, heard)
      if (due === undefined) return
      const stalled = !playing && line.pending === 0
      if (stalled || now - lastReportFrame >= reportEveryFrames) tell(due.track, due.position, false)
    },
  }
}

function isOver(track: ReplyTrack): boolean {
  return track.ended && track.reported >= track.written
}

/** Averages over a window and tells its level; silence is told once. */
function createMeter(windowSamples: number, tell: (dbfs: number) => void) {
  let squares = 0
  let count = 0
  let last = SILENCE_DBFS
  return {
    add(samples: Float32Array, length: number): void {
      for (let i = 0; i < length; i++) squares += (samples[i] ?? 0) ** 2
      count += length
      if (count < windowSamples) return
      const dbfs = powerToDbfs(squares / count)
      if (dbfs > SILENCE_DBFS || last > SILENCE_DBFS) tell(dbfs)
      last = dbfs
      squares = 0
      count = 0
    },
  }
}
