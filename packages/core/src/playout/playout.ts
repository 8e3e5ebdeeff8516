/**
 * The only door to the caller's ear: gate, pace and ledger of the reply under way.
 *
 * The gate is shut until `release` and shut again, synchronously, by `interrupt`: afterwards nothing of that reply
 * leaves. Pace: sound leaves on the shared beat, at most the far end's `aheadMs` before its time. Ledger: every
 * millisecond that left is accounted for, so that what was heard can be said at any moment.
 */

import { type AudioFrame, createGain } from '@parley/audio'
import { ParleyError } from '../errors.js'
import type { ReplyId } from '../ids.js'
import { keepsAll, type LogKeeps } from '../replay/log-entry.js'
import type { Heard } from '../turn/history.js'
import { HeardClock } from './heard-clock.js'
import { heardText, placeWords, type SpokenSound, type SpokenWords, saidText } from './heard-text.js'
import { SoundLevels } from './sound-levels.js'
import { SoundQueue } from './sound-queue.js'

/** What playout needs of the leg; a session without a leg has none and keeps the sound. */
export interface FarEnd {
  readonly aheadMs: number
  readonly pathMs: number
  readonly reportsPlayed: boolean
  readonly rewinds: boolean
  play(frame: AudioFrame, reply: ReplyId): void
  clear(reply: ReplyId): void
  duck(on: boolean): void
}

export interface PlayoutWatcher {
  /** The first frame left. */
  firstSent(reply: ReplyId, atMs: number): void
  /** The first sample reached the ear at `atMs`. */
  audible(reply: ReplyId, atMs: number, source: Heard['source']): void
  /** The last sample of the reply left. */
  sent(reply: ReplyId, totalMs: number): void
  /** The reply was heard to its end, or had no sound. */
  finished(heard: Heard, said: string): void
  /** What was heard of an interrupted reply, corrected by reports that came after the cut; once per interruption. */
  settled(heard: Heard, said: string): void
  /** A frame leaves, `aheadMs` before its time. */
  agentAudio?(frame: AudioFrame, reply: ReplyId, aheadMs: number): void
}

export interface PlayoutOptions {
  /** Rate of the sound, Hz. */
  readonly sampleRate: number
  /** BCP 47, of what is said: how long its words take where the voice does not tell. */
  readonly language?: string
  /** What words without times may be placed by: the silences of the sound, how long words take. Default: both. */
  readonly keeps?: LogKeeps
  /** Longest stretch of sound that waits to be sent; `room` holds the engine back above it. */
  readonly queueMs?: number
}

interface Line {
  readonly reply: ReplyId
  readonly sound: SoundQueue
  readonly heard: HeardClock
  readonly words: SpokenWords[]
  /** Silences, for words whose places the voice does not tell; kept from the first such word on. */
  levels: SoundLevels | undefined
  released: boolean
  ended: boolean
  sentAll: boolean
  audible: boolean
  /** Silenced until the overlap is ruled on; the far end has nothing of it. */
  held: boolean
  /** Nothing leaves before: the far end's last count before a rewind is on its way. */
  notBeforeMs: number
  /** The most that was taken for heard so far; sound before it is forgotten, so it never goes back. */
  heardMs: number
  /** Samples handed to the far end. */
  cursor: number
  waiting: (() => void)[]
}

interface Settling {
  readonly line: Line
  /** What was said at the cut. */
  readonly first: Heard
  readonly untilMs: number
  /** Whether the far end has said anything of it since. */
  reported: boolean
}

const FRAME_MS = 20
/** Ducking by this much leaves the voice audible and lets the caller's own be heard over it. */
const DUCK_DB = -18
const DUCK_RAMP_MS = 10
/** Reports may stop or never come (a broken client): this long after its time the estimate counts. */
const REPORT_GRACE_MS = 2_000
/** After a cut, the far end's last count needs a round trip and its report interval. */
const SETTLE_MS = 250
/** Longest wait for that count before what was silenced goes on. */
const LONGEST_COUNT_MS = 500

export class Playout {
  readonly #sampleRate: number
  readonly #queueMs: number
  readonly #language: string
  readonly #keeps: LogKeeps
  readonly #watcher: PlayoutWatcher
  readonly #gain: ReturnType<typeof createGain>
  readonly #scratch: Int16Array
  readonly #frame: { samples: Int16Array; rate: number; atMs: number }
  #far: FarEnd | undefined
  #line: Line | undefined
  /** Cut replies whose far end may still correct what was heard; each is gone after its round trip. */
  #settling: Settling[] = []
  #ducked = false

  constructor(options: PlayoutOptions, watcher: PlayoutWatcher) {
    this.#sampleRate = options.sampleRate
    this.#queueMs = options.queueMs ?? 3_000
    this.#language = options.language ?? 'en'
    this.#keeps = options.keeps ?? keepsAll
    this.#watcher = watcher
    this.#gain = createGain({ rate: options.sampleRate })
    this.#scratch = new Int16Array(Math.ceil((options.sampleRate * FRAME_MS) / 1000))
    this.#frame = { samples: this.#scratch, rate: options.sampleRate, atMs: 0 }
  }

  /** The reply under way, prepared or released. */
  get reply(): ReplyId | undefined {
    return this.#line?.reply
  }

  get ducked(): boolean {
    return this.#ducked
  }

  /** Connects a leg. Sound that an earlier leg did not play is sent again from the first unheard sample. */
  connect(far: FarEnd): void {
    this.#far = far
    if (this.#ducked && !far.rewinds) far.duck(true)
  }

  /** The leg is gone; the sound waits, from the first unheard sample. */
  disconnect(nowMs: number): void {
    const line = this.#line
    if (line !== undefined && this.#far !== undefined) {
      this.#rewind(line, this.#far, nowMs)
    }
    this.#settle(Number.POSITIVE_INFINITY)
    this.#far = undefined
  }

  /** Starts a reply behind the shut gate. The one before must have ended or been interrupted. */
  begin(reply: ReplyId): void {
    if (this.#line !== undefined) {
      throw new ParleyError('internal', `Reply ${reply} began while ${this.#line.reply} was still under way.`)
    }
    this.#line = {
      reply,
      sound: new SoundQueue(),
      heard: new HeardClock(),
      words: [],
      levels: undefined,
      released: false,
      ended: false,
      sentAll: false,
      audible: false,
      held: false,
      notBeforeMs: Number.NEGATIVE_INFINITY,
      heardMs: 0,
      cursor: 0,
      waiting: [],
    }
  }

  /** Opens the gate. */
  release(reply: ReplyId, nowMs: number): void {
    const line = this.#of(reply)
    if (line === undefined) return
    line.released = true
    this.#pump(line, nowMs)
  }

  /** Sound of the reply at the playout's rate, kept until it was heard. Of any other reply it is dropped. */
  audio(reply: ReplyId, samples: Int16Array, nowMs: number): void {
    const line = this.#of(reply)
    if (line === undefined || line.ended) return
    line.levels?.hear(samples)
    line.sound.write(samples)
    if (line.released) this.#pump(line, nowMs)
  }

  /** Text in the order it is spoken. Returns its end in the reply's audio: as given, or as long as it may take. */
  words(reply: ReplyId, text: string, untilMs: number | undefined): number {
    const line = this.#of(reply)
    if (line === undefined) return 0
    line.words.push({ text, untilMs })
    if (untilMs !== undefined) return untilMs
    if (this.#keeps.sound) line.levels ??= new SoundLevels(this.#sampleRate, this.#totalMs(line))
    return placeWords(line.words, this.#soundOf(line)).at(-1)?.untilMs ?? 0
  }

  /** Resolves once there is room for more sound, or the reply is over; undefined while there is room now. */
  room(reply: ReplyId): Promise<void> | undefined {
    const line = this.#of(reply)
    if (line === undefined || this.#queuedMs(line) < this.#queueMs) return undefined
    return new Promise(resolve => line.waiting.push(resolve))
  }

  /** No more sound or words will come. */
  end(reply: ReplyId, nowMs: number): void {
    const line = this.#of(reply)
    if (line === undefined || line.ended) return
    line.ended = true
    if (line.released) this.tick(nowMs)
  }

  /** The far end played this much. A report for an earlier reply only corrects what was heard of it. */
  played(reply: ReplyId, ms: number, nowMs: number): void {
    const far = this.#far
    if (!far?.reportsPlayed) return
    const settling = this.#settling.find(({ line }) => line.reply === reply)
    if (settling?.line.heard.report(ms)) settling.reported = true
    const line = this.#of(reply)
    if (!line?.heard.report(ms)) return
    // Nothing was sent since a rewind: the count says where to go on.
    line.cursor = Math.max(line.cursor, Math.round((line.heard.resumeMs * this.#sampleRate) / 1000))
    this.#advance(line, far, nowMs)
  }

  /** Lowers the voice. A far end that cannot lower what it has is silenced instead. */
  duck(nowMs: number): void {
    if (this.#ducked) return
    this.#ducked = true
    this.#gain.rampTo(DUCK_DB, DUCK_RAMP_MS)
    if (this.#far?.rewinds) return this.hold(nowMs)
    this.#far?.duck(true)
    if (this.#line !== undefined) this.#pump(this.#line, nowMs)
  }

  /** Silences the reply until `resume`, which goes on from the first sample that was not heard. */
  hold(nowMs: number): void {
    const line = this.#line
    const far = this.#far
    if (line === undefined || !line.released || line.held) return
    line.held = true
    this.#ducked = true
    // What has been thrown away and not sent again cannot be thrown away: the count of the first time is on its way.
    if (far === undefined || line.heard.idle) return
    far.clear(line.reply)
    this.#rewind(line, far, nowMs)
    if (far.reportsPlayed) line.notBeforeMs = nowMs + Math.min(2 * far.pathMs, LONGEST_COUNT_MS)
  }

  /** Gives the voice its loudness back, and what was silenced goes on. */
  resume(nowMs: number): void {
    if (!this.#ducked) return
    this.#ducked = false
    const line = this.#line
    const held = line?.held === true
    this.#gain.rampTo(0, held ? 0 : DUCK_RAMP_MS)
    if (!this.#far?.rewinds) this.#far?.duck(false)
    if (line === undefined || !held) return
    line.held = false
    this.#pump(line, nowMs)
  }

  /** Who hears how much: of the reply under way, what was heard and what is still to come as far as is known, ms. */
  position(nowMs: number): { readonly heardMs: number; readonly leftMs: number } {
    const line = this.#line
    if (line === undefined || !line.released) return { heardMs: 0, leftMs: 0 }
    const heardMs = this.#far === undefined ? line.heardMs : this.#heardMs(line, this.#far, nowMs)
    return { heardMs, leftMs: Math.max(0, this.#totalMs(line) - heardMs) }
  }

  /** Takes back sound that has not left, from the next end of a word on. Returns where the reply goes on, ms. */
  trim(reply: ReplyId): number {
    const line = this.#of(reply)
    if (line === undefined) return 0
    const totalMs = this.#totalMs(line)
    // What was silenced may have been heard further than is known yet.
    const sentMs = Math.max((line.cursor * 1000) / this.#sampleRate, Math.min(line.heard.lostMs, totalMs))
    const placed = placeWords(line.words, this.#soundOf(line))
    const kept = placed.filter((_, index) => (placed[index - 1]?.untilMs ?? 0) < sentMs)
    const untilMs = Math.min(totalMs, Math.max(sentMs, kept.at(-1)?.untilMs ?? 0))
    // A word whose sound had not come yet is not among them either.
    line.words.splice(0, line.words.length, ...kept.filter(word => word.untilMs <= untilMs + 0.5))
    line.sound.truncate(Math.round((untilMs * this.#sampleRate) / 1000))
    line.levels?.truncate(untilMs)
    return this.#totalMs(line)
  }

  /**
   * Shuts the gate now and says what was heard. Undefined when no reply was released: nothing can have been heard.
   * With a reporting far end the answer is a first word; `settled` brings the last.
   */
  interrupt(nowMs: number): Heard | undefined {
    const line = this.#line
    const far = this.#far
    this.#line = undefined
    // Cleared before the gain is back, so that nothing of it is heard loud again.
    if (line?.released && !line.heard.idle) far?.clear(line.reply)
    this.#restoreGain()
    if (line === undefined) return undefined
    for (const wake of line.waiting) wake()
    if (!line.released) return undefined
    const heard = this.#heardOf(line, far, nowMs, false)
    const untilMs = far?.reportsPlayed && line.cursor > 0 ? nowMs + 2 * far.pathMs + SETTLE_MS : nowMs
    this.#settling.push({ line, first: heard, untilMs, reported: false })
    return heard
  }

  /** No report can come any more: what is open is settled now. */
  close(): void {
    this.#settle(Number.POSITIVE_INFINITY)
  }

  /** One beat: sends what is due and notices what was heard. */
  tick(nowMs: number): void {
    this.#settle(nowMs)
    const line = this.#line
    if (line === undefined || !line.released) return
    this.#pump(line, nowMs)
    if (this.#far !== undefined) this.#advance(line, this.#far, nowMs)
    else if (line.ended && line.sound.end === 0) this.#finish(line, nowMs)
  }

  #of(reply: ReplyId): Line | undefined {
    return this.#line?.reply === reply ? this.#line : undefined
  }

  #totalMs(line: Line): number {
    return (line.sound.end * 1000) / this.#sampleRate
  }

  #soundOf(line: Line): SpokenSound {
    const { levels, ended } = line
    const evenly = !this.#keeps.words
    return { totalMs: this.#totalMs(line), open: !ended, language: this.#language, levels, evenly }
  }

  #queuedMs(line: Line): number {
    return ((line.sound.end - line.cursor) * 1000) / this.#sampleRate
  }

  #pump(line: Line, nowMs: number): void {
    const far = this.#far
    if (far === undefined || !line.released || line.sentAll || line.held) return
    if (nowMs < line.notBeforeMs) return
    const frameSamples = this.#scratch.length
    while (line.heard.aheadMs(nowMs) < far.aheadMs) {
      const left = line.sound.end - line.cursor
      if (left === 0 || (left < frameSamples && !line.ended)) break
      this.#send(line, far, Math.min(frameSamples, left), nowMs)
      if (this.#line !== line) return
    }
    if (line.ended && line.cursor === line.sound.end && line.sound.end > 0) {
      line.sentAll = true
      this.#watcher.sent(line.reply, this.#totalMs(line))
    }
    if (line.waiting.length > 0 && this.#queuedMs(line) < this.#queueMs) {
      for (const wake of line.waiting.splice(0)) wake()
    }
  }

  /** The far end has lost, or thrown away, what it had: the unheard rest is to be sent again. */
  #rewind(line: Line, far: FarEnd, nowMs: number): void {
    const heardMs = this.#heardMs(line, far, nowMs)
    line.heard.rewind(heardMs, nowMs)
    line.cursor = Math.round((heardMs * this.#sampleRate) / 1000)
    line.sentAll = false
  }

  #send(line: Line, far: FarEnd, count: number, nowMs: number): void {
    const first = line.cursor === 0 && line.heard.sentMs === 0
    this.#frame.samples = this.#gain.apply(line.sound.read(line.cursor, count, this.#scratch))
    this.#frame.atMs = (line.cursor * 1000) / this.#sampleRate
    line.cursor += count
    const aheadMs = line.heard.aheadMs(nowMs)
    line.heard.sent((count * 1000) / this.#sampleRate, nowMs)
    far.play(this.#frame, line.reply)
    this.#watcher.agentAudio?.(this.#frame, line.reply, aheadMs)
    if (first) this.#watcher.firstSent(line.reply, nowMs)
  }

  #advance(line: Line, far: FarEnd, nowMs: number): void {
    const heardMs = this.#heardMs(line, far, nowMs)
    if (!line.audible && heardMs > 0) {
      line.audible = true
      const reported = line.heard.reportedMs
      const source = reported === undefined ? 'estimated' : 'reported'
      // A report says how long ago the first sample was played, less the way it took to us.
      const atMs =
        reported === undefined ? (line.heard.firstHeardAtMs(far.pathMs) ?? nowMs) : nowMs - reported
      this.#watcher.audible(line.reply, atMs, source)
      if (this.#line !== line) return
    }
    line.sound.forget(Math.floor((heardMs * this.#sampleRate) / 1000))
    if (line.ended && this.#isHeard(line, far, heardMs, nowMs)) this.#finish(line, nowMs)
  }

  #isHeard(line: Line, far: FarEnd, heardMs: number, nowMs: number): boolean {
    if (line.cursor < line.sound.end) return false
    if (heardMs >= this.#totalMs(line) - 0.5) return true
    const lateMs = far.reportsPlayed ? REPORT_GRACE_MS : 0
    return line.heard.estimateMs(nowMs - lateMs, far.pathMs) >= this.#totalMs(line) - 0.5
  }

  #finish(line: Line, nowMs: number): void {
    const heard = this.#heardOf(line, this.#far, nowMs, true)
    this.#line = undefined
    this.#restoreGain()
    this.#watcher.finished(heard, saidText(line.words))
  }

  /** Trusts reports alone where the far end makes them; one that stays silent is given time, then estimated. */
  #heardMs(line: Line, far: FarEnd, nowMs: number): number {
    const { heard } = line
    const reportedMs = far.reportsPlayed ? heard.reportedMs : undefined
    const graceMs = far.reportsPlayed ? REPORT_GRACE_MS : 0
    line.heardMs = Math.max(line.heardMs, reportedMs ?? heard.estimateMs(nowMs - graceMs, far.pathMs))
    return line.heardMs
  }

  #heardOf(line: Line, far: FarEnd | undefined, nowMs: number, complete: boolean): Heard {
    const totalMs = this.#totalMs(line)
    const { reply, words, heard } = line
    if (complete) {
      const reportedMs = far?.reportsPlayed ? heard.reportedMs : undefined
      const untoldMs = reportedMs === undefined ? 0 : totalMs - reportedMs
      // A far end that fell silent in the middle has not said that the rest was heard.
      const source = reportedMs !== undefined && untoldMs < 0.5 ? 'reported' : 'estimated'
      const errorMs = source === 'reported' ? 0 : untoldMs
      return { reply, ms: totalMs, text: saidText(words), complete, source, errorMs }
    }
    const reportedMs = far?.reportsPlayed ? heard.reportedMs : undefined
    // Without a leg the line was rewound to what was heard, and nothing has been sent since.
    const ms = far === undefined ? heard.sentMs : (reportedMs ?? heard.estimateMs(nowMs, far.pathMs))
    const errorMs = Math.max(0, heard.mostMs(nowMs) - ms)
    const source = reportedMs === undefined ? 'estimated' : 'reported'
    return { reply, ms, text: heardText(words, ms, this.#soundOf(line)), complete, source, errorMs }
  }

  #settle(nowMs: number): void {
    if (this.#settling.length === 0) return
    const due = this.#settling.filter(({ untilMs }) => untilMs <= nowMs)
    this.#settling = this.#settling.filter(({ untilMs }) => untilMs > nowMs)
    for (const settling of due) this.#tellSettled(settling, nowMs)
  }

  #tellSettled({ line, first, reported }: Settling, nowMs: number): void {
    const said = saidText(line.words)
    const ms = line.heard.reportedMs
    if (ms === undefined) return this.#watcher.settled(first, said)
    const totalMs = this.#totalMs(line)
    const complete = line.ended && ms >= totalMs - 0.5
    const text = complete ? said : heardText(line.words, ms, this.#soundOf(line))
    // Settled before its time, the far end's last count is missing and the first error bar stands.
    const told = reported && nowMs !== Number.POSITIVE_INFINITY
    const errorMs = told ? Math.max(FRAME_MS, line.heard.lostMs - ms) : first.errorMs
    this.#watcher.settled({ ...first, ms, text, complete, source: 'reported', errorMs }, said)
  }

  #restoreGain(): void {
    if (this.#ducked && !this.#far?.rewinds) this.#far?.duck(false)
    this.#ducked = false
    this.#gain.rampTo(0, 0)
  }
}
