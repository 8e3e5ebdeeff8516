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
import type { FarEnd } from './far-end.js'
import { placeWords, saidText, splitText } from './heard-text.js'
import {
  heardAtCut,
  heardMsOf,
  heardWhole,
  isAllHeard,
  type Line,
  newLine,
  queuedMsOf,
  soundOf,
  totalMsOf,
} from './line.js'
import { Settlements } from './settlements.js'
import { SoundLevels } from './sound-levels.js'

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
  /** A frame leaves, `aheadMs` before its time; `pathMs` after that it is at the ear. */
  agentAudio?(frame: AudioFrame, reply: ReplyId, aheadMs: number, pathMs: number): void
  /** What the far end has of it beyond `heardMs` is thrown away; it may be sent again. */
  cleared?(reply: ReplyId, heardMs: number): void
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

const FRAME_MS = 20
/** Ducking by this much leaves the voice audible and lets the caller's own be heard over it. */
const DUCK_DB = -18
/** What is left of a clause is said if it is no longer than this, ms. */
const LONGEST_TAIL_MS = 2_000
const CLAUSE_END = /[,.;:!?…]["'”’»)]*\s*$/u
const DUCK_RAMP_MS = 10
/** After a cut, the far end's last count needs a round trip and its report interval. */
const SETTLE_MS = 250
/** A far end that reports only what was cut: how long its report is waited for, or, come before the cut, still counts. */
const CUT_REPORT_MS = 1_500
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
  readonly #settlements: Settlements
  #cutReport: { readonly reply: ReplyId; readonly ms: number; readonly atMs: number } | undefined
  #ducked = false

  constructor(options: PlayoutOptions, watcher: PlayoutWatcher) {
    this.#sampleRate = options.sampleRate
    this.#queueMs = options.queueMs ?? 3_000
    this.#language = options.language ?? 'en'
    this.#keeps = options.keeps ?? keepsAll
    this.#watcher = watcher
    this.#settlements = new Settlements(FRAME_MS, (heard, said) => watcher.settled(heard, said))
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
    this.#settlements.settle(Number.POSITIVE_INFINITY)
    this.#far = undefined
  }

  /** Starts a reply behind the shut gate. The one before must have ended or been interrupted. */
  begin(reply: ReplyId): void {
    if (this.#line !== undefined) {
      throw new ParleyError('internal', `Reply ${reply} began while ${this.#line.reply} was still under way.`)
    }
    this.#line = newLine({
      reply,
      sampleRate: this.#sampleRate,
      language: this.#language,
      evenly: !this.#keeps.words,
    })
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
    if (this.#keeps.sound) line.levels ??= new SoundLevels(this.#sampleRate, totalMsOf(line))
    return placeWords(line.words, soundOf(line)).at(-1)?.untilMs ?? 0
  }

  /** Resolves once there is room for more sound, or the reply is over; undefined while there is room now. */
  room(reply: ReplyId): Promise<void> | undefined {
    const line = this.#of(reply)
    if (line === undefined || queuedMsOf(line) < this.#queueMs) return undefined
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
    if (far?.reportsCuts) return this.#cutReported(reply, ms, nowMs)
    if (!far?.reportsPlayed) return
    this.#settlements.report(reply, ms, nowMs)
    const line = this.#of(reply)
    if (!line?.heard.report(ms)) return
    // Nothing was sent since a rewind: the count says where to go on.
    line.cursor = Math.max(line.cursor, Math.round((line.heard.resumeMs * this.#sampleRate) / 1000))
    this.#advance(line, far, nowMs)
  }

  /**
   * Lowers the voice. A far end that cannot lower what it has is silenced instead; one that takes sound long before its
   * time and reports only cuts is left alone, as the sound of just now is not what it plays.
   */
  duck(nowMs: number): void {
    if (this.#ducked || this.#far?.reportsCuts) return
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
    if (line === undefined || !line.released || line.held || far?.reportsCuts) return
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
    const heardMs = this.#far === undefined ? line.heardMs : heardMsOf(line, this.#far, nowMs)
    return { heardMs, leftMs: Math.max(0, totalMsOf(line) - heardMs) }
  }

  /** Where the reply under way stands, in words: what was heard of it, and what is known of the rest. */
  standing(nowMs: number): { readonly heardMs: number; readonly heard: string; readonly rest: string } {
    const line = this.#line
    if (line === undefined || !line.released) return { heardMs: 0, heard: '', rest: '' }
    const { heardMs } = this.position(nowMs)
    return { heardMs, ...splitText(line.words, heardMs, soundOf(line)) }
  }

  /** Words known of the reply under way, to tell whether there are more. */
  get wordCount(): number {
    return this.#line?.words.length ?? 0
  }

  /** Replies that were cut and are not settled: what is known of them so far. */
  get unsettled(): readonly { readonly heard: Heard; readonly said: string }[] {
    return this.#settlements.open
  }

  get unsettledCount(): number {
    return this.#settlements.count
  }

  /**
   * Takes back sound that has not left, from the end of the clause on that is being said; where that is far, or its sound
   * is not there, from the next end of a word. Returns where the reply goes on, ms.
   */
  trim(reply: ReplyId): number {
    const line = this.#of(reply)
    if (line === undefined) return 0
    const totalMs = totalMsOf(line)
    // What was silenced may have been heard further than is known yet.
    const sentMs = Math.max((line.cursor * 1000) / this.#sampleRate, Math.min(line.heard.lostMs, totalMs))
    const placed = placeWords(line.words, soundOf(line))
    const begun = placed.filter((_, index) => (placed[index - 1]?.untilMs ?? 0) < sentMs).length
    const ends = placed.findIndex((word, index) => index >= begun - 1 && CLAUSE_END.test(word.text))
    const endMs = begun === 0 ? undefined : placed[ends]?.untilMs
    const isNear = endMs !== undefined && endMs <= Math.min(totalMs, sentMs + LONGEST_TAIL_MS)
    const kept = placed.slice(0, isNear ? ends + 1 : begun)
    const untilMs = Math.min(totalMs, Math.max(sentMs, kept.at(-1)?.untilMs ?? 0))
    // A word whose sound had not come yet is not among them either.
    line.words.splice(0, line.words.length, ...kept.filter(word => word.untilMs <= untilMs + 0.5))
    line.sound.truncate(Math.round((untilMs * this.#sampleRate) / 1000))
    line.levels?.truncate(untilMs)
    return totalMsOf(line)
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
    const told = this.#cutReport
    this.#cutReport = undefined
    const isTold = told?.reply === line.reply && nowMs - told.atMs <= CUT_REPORT_MS
    if (isTold) line.heard.report(told.ms)
    const known = heardAtCut(line, far, nowMs)
    const heard = isTold ? { ...known, errorMs: FRAME_MS } : known
    this.#watcher.cleared?.(line.reply, heard.ms)
    const mayBeTold = line.cursor > 0 && far !== undefined && !isTold
    const waitMs = mayBeTold ? longestReportMs(far) : 0
    this.#settlements.add(line, heard, nowMs + waitMs, {
      awaited: waitMs > 0,
      once: far?.reportsCuts === true,
    })
    return heard
  }

  /** Whether the far end may still correct what was heard of a reply that was cut. */
  awaits(reply: ReplyId): boolean {
    return this.#settlements.awaits(reply)
  }

  /** Another answer begins: the reports of those cut by then come too late, where the far end makes one each. */
  settleCuts(nowMs: number): void {
    if (this.#far?.reportsCuts) this.#settlements.settleOnce(nowMs)
  }

  /** No report can come any more: what is open is settled now. */
  close(): void {
    this.#settlements.settle(Number.POSITIVE_INFINITY)
  }

  /** One beat: sends what is due and notices what was heard. */
  tick(nowMs: number): void {
    this.#settlements.settle(nowMs)
    const line = this.#line
    if (line === undefined || !line.released) return
    this.#pump(line, nowMs)
    if (this.#far !== undefined) this.#advance(line, this.#far, nowMs)
    else if (line.ended && line.sound.end === 0) this.#finish(line)
  }

  /** Such a report may come before the cut that it is of. */
  #cutReported(reply: ReplyId, ms: number, nowMs: number): void {
    if (!(ms >= 0)) return
    if (this.#of(reply) !== undefined) this.#cutReport = { reply, ms, atMs: nowMs }
    else this.#settlements.report(reply, ms, nowMs)
  }

  #of(reply: ReplyId): Line | undefined {
    return this.#line?.reply === reply ? this.#line : undefined
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
      this.#watcher.sent(line.reply, totalMsOf(line))
    }
    if (line.waiting.length > 0 && queuedMsOf(line) < this.#queueMs) {
      for (const wake of line.waiting.splice(0)) wake()
    }
  }

  /** The far end has lost, or thrown away, what it had: the unheard rest is to be sent again. */
  #rewind(line: Line, far: FarEnd, nowMs: number): void {
    const heardMs = heardMsOf(line, far, nowMs)
    line.heard.rewind(heardMs, nowMs)
    line.cursor = Math.round((heardMs * this.#sampleRate) / 1000)
    line.sentAll = false
    this.#watcher.cleared?.(line.reply, heardMs)
  }

  #send(line: Line, far: FarEnd, count: number, nowMs: number): void {
    const first = line.cursor === 0 && line.heard.sentMs === 0
    this.#frame.samples = this.#gain.apply(line.sound.read(line.cursor, count, this.#scratch))
    this.#frame.atMs = (line.cursor * 1000) / this.#sampleRate
    line.cursor += count
    const aheadMs = line.heard.aheadMs(nowMs)
    line.heard.sent((count * 1000) / this.#sampleRate, nowMs)
    far.play(this.#frame, line.reply)
    this.#watcher.agentAudio?.(this.#frame, line.reply, aheadMs, far.pathMs)
    if (first) this.#watcher.firstSent(line.reply, nowMs)
  }

  #advance(line: Line, far: FarEnd, nowMs: number): void {
    const heardMs = heardMsOf(line, far, nowMs)
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
    if (line.ended && isAllHeard(line, far, heardMs, nowMs)) this.#finish(line)
  }

  #finish(line: Line): void {
    const heard = heardWhole(line, this.#far)
    this.#line = undefined
    this.#restoreGain()
    this.#watcher.finished(heard, saidText(line.words))
  }

  #restoreGain(): void {
    if (this.#ducked && !this.#far?.rewinds) this.#far?.duck(false)
    this.#ducked = false
    this.#gain.rampTo(0, 0)
  }
}

/** How long after a cut the far end's word may come, ms. */
function longestReportMs(far: FarEnd): number {
  if (far.reportsCuts) return CUT_REPORT_MS
  return far.reportsPlayed ? 2 * far.pathMs + SETTLE_MS : 0
}
