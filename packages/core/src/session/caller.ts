/**
 * The caller's side of a session: the media time line, the ear, and the turns with their words. It keeps what was
 * observed and opens and closes turns as it is told; it decides nothing.
 */

import type { AudioFrame, Resampling } from '@parley/audio'
import type { Clock, Ids } from '../clock/clock.js'
import { type Cues, silentCues } from '../ear/cues.js'
import type { Ear } from '../ear/ear.js'
import type { EndpointWait } from '../endpointing/endpointing.js'
import type { EngineLink } from '../engine.js'
import type { Evidence } from '../floor/evidence.js'
import type { CallerTurn } from '../turn/caller-turn.js'
import type { Turn } from '../turn/history.js'
import type { Memory } from '../turn/memory.js'
import { MediaLine } from './media-line.js'
import type { Unstamped } from './telling.js'
import { ToldSound } from './told-sound.js'
import { TurnBook } from './turn-book.js'
import type { Words } from './word-hold.js'

export interface CallerParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly memory: Memory
  readonly resampling: Resampling
  readonly ear: Ear | undefined
  /** Hz. */
  readonly listenRate: number
  /** Where its media time begins, ms: it goes on from another process's. */
  readonly fromMs: number
  /** Whether the engine takes the sound as it came. */
  readonly hearsSource: boolean
  emit(event: Unstamped): void
}

export class Caller {
  readonly #parts: CallerParts
  readonly #media: MediaLine
  readonly #turns: TurnBook
  #link: EngineLink | undefined
  #onsetMs = 0
  #lastVoiceMs = 0
  #speaking = false
  readonly #told = new ToldSound()
  /** What the newest partial transcript made of its turn. */
  #partial: { readonly turn: CallerTurn; readonly text: string } | undefined

  constructor(parts: CallerParts) {
    this.#parts = parts
    this.#media = new MediaLine(parts.listenRate, parts.resampling, parts.fromMs)
    this.#told.taken(parts.fromMs)
    this.#turns = new TurnBook(parts.ids)
  }

  /** The engine that listens from now on. */
  use(link: EngineLink): void {
    this.#link = link
  }

  /** End of what was heard so far, in media time. */
  get mediaMs(): number {
    return this.#media.endMs
  }

  /** How much of it was received, without the pauses in its sending, ms. */
  get receivedMs(): number {
    return this.#media.receivedMs
  }

  /** When the last frame came, on the session clock. */
  get lastAudioAtMs(): number | undefined {
    return this.#media.lastAtMs
  }

  /** The leg is lost: what is under way waits for the next, which may send what did not arrive. */
  broke(): void {
    this.#media.broke()
  }

  /** A leg is there again. */
  mended(nowMs: number): void {
    this.#media.mended(nowMs)
  }

  /** The last voiced sample of the last speech, or its beginning while it lasts, in media time. */
  get lastVoiceMs(): number {
    return this.#lastVoiceMs
  }

  /** What the last frame was like. */
  get cues(): Cues {
    return this.#parts.ear?.cues ?? silentCues
  }

  /** A sound that may be voice began; `boundary` tells if it was. */
  onset(atMs: number): void {
    this.#onsetMs = atMs
  }

  /** When the sample at `onsetMs` came: the first of the last speech, on the session clock. */
  get onsetAtMs(): number {
    return this.#clockOf(this.#onsetMs)
  }

  /** The newest turn, open or committed. */
  get turn(): CallerTurn | undefined {
    return this.#turns.current
  }

  /** A frame of the caller's sound goes to engine and ear. */
  hear(frame: AudioFrame): Evidence | undefined {
    const source = this.#media.place(frame, this.#parts.clock.now())
    if (this.#told.isBrokenOff) this.#goOn(source.atMs)
    const { ear, hearsSource } = this.#parts
    if (hearsSource) this.#link?.hear(source)
    if (hearsSource && ear === undefined) return undefined
    const placed = this.#media.converted()
    if (!hearsSource) this.#link?.hear(placed)
    return ear?.hear(placed)
  }

  /** Where the sound begins that belongs to no turn yet, in media time. */
  get sinceMs(): number {
    return this.#told.sinceMs
  }

  /** Words that may be of a turn which only the far end's word makes. True where they were kept for it. */
  keepWords(words: Words): boolean {
    return this.turn?.committed !== false && this.#told.keep(words)
  }

  /** Those kept, for the turn that is made now. */
  takeWords(): readonly Words[] {
    return this.#told.takeWords()
  }

  /** The sound so far belongs to no turn, nor does one that waits for the far end's word. */
  forgetSound(isTold: boolean): void {
    this.#told.forget(this.mediaMs)
    this.#link?.forgetSound?.()
    const { turn } = this
    if (!isTold || turn === undefined || turn.committed) return
    turn.commit(this.mediaMs)
    this.#parts.memory.forget({ turn: turn.id })
  }

  /** The far end says that what was said from `startMs` on ends here: so it was speech, whatever the ear makes of it. */
  soundEnds(startMs: number): void {
    const endMs = this.mediaMs
    if (!this.#speaking && this.#lastVoiceMs > startMs) return
    if (!this.#speaking) this.#link?.boundary?.({ kind: 'speech-start', atMs: startMs })
    this.#told.ended(this.#speaking)
    this.#lastVoiceMs = endMs
    this.#link?.boundary?.({ kind: 'speech-end', atMs: endMs })
  }

  /** Speech began or ended. */
  boundary(kind: 'speech-start' | 'speech-end', atMs: number, over: boolean): void {
    this.#speaking = kind === 'speech-start'
    const hadEnded = this.#told.takeBrokenOff() && !this.#speaking
    if (this.#speaking) this.#onsetMs = atMs
    else this.turn?.extend(atMs)
    this.#lastVoiceMs = atMs
    if (!hadEnded) this.#link?.boundary?.({ kind, atMs, ...(over ? { over } : {}) })
  }

  #goOn(atMs: number): void {
    this.#told.ended(false)
    if (this.#speaking) this.#link?.boundary?.({ kind: 'speech-start', atMs })
  }

  /** Words go to the turn in which they were spoken; words spoken over the agent belong to none. */
  transcript({ atMs, startMs, text, final }: Extract<Evidence, { kind: 'transcript' }>): void {
    const turn = this.#turns.spokenAt(atMs)
    if (turn === undefined || text.trim() === '') return
    if (final) {
      this.#partial = undefined
      return this.#addWords(turn, startMs, text, 'speech')
    }
    this.#partial = { turn, text: `${turn.text} ${text}`.trim() }
    this.#parts.emit({ kind: 'transcript-partial', turn: turn.id, text: this.#partial.text })
  }

  /** What is known of the newest turn's text, words that may still change among it. */
  get knownText(): string {
    const { turn } = this
    if (turn !== undefined && this.#partial?.turn === turn) return this.#partial.text
    return turn?.text ?? ''
  }

  /** A turn of another process waits for its answer. */
  takeUp(turn: Pick<Turn, 'id' | 'origin' | 'text'>): CallerTurn {
    return this.#turns.takeUp(turn, this.mediaMs)
  }

  /**
   * `sinceMs` is where the voice of an overlap began, or the sound that the far end ends, if the turn comes of one; else
   * it begins with the last onset. One that still waited for the far end's word is given up.
   */
  openTurn(evidence: Evidence, sinceMs?: number): void {
    if (this.turn?.committed === false) this.turn.commit(this.#lastVoiceMs)
    const told = toldOrigin(evidence, this.#parts.memory)
    const turn =
      told === undefined || told === 'client'
        ? this.#turns.open('speech', sinceMs ?? this.#startOf(evidence))
        : this.#turns.open(told, evidence.atMs)
    if (evidence.kind === 'end-of-turn' && evidence.source === 'prompt') turn.prompt = evidence.text ?? ''
    if (turn.origin === 'speech' && !this.#speaking) turn.extend(this.#lastVoiceMs)
    this.#parts.memory.open(turn.id, turn.startMs)
  }

  /** The spoken turn committed last goes on; where that was typed, a new one begins. */
  reopenTurn(evidence: Evidence): void {
    const turn = this.#turns.current
    if (turn?.origin !== 'speech') return this.openTurn(evidence)
    turn.reopen()
    this.#parts.memory.reopened(turn.id)
    this.#parts.emit({ kind: 'turn-reopened', turn: turn.id })
  }

  /** The turn is over: its end, its ledger and its typed words are settled. */
  commitTurn(evidence: Evidence, endpoint?: EndpointWait): CallerTurn | undefined {
    const turn = this.#turns.current
    if (turn === undefined) return undefined
    const typed = evidence.kind === 'end-of-turn' ? evidence.text : undefined
    const spoken = turn.origin === 'speech' && typed === undefined
    // A turn may be ended by command in the middle of a word.
    const voicedMs = this.#speaking ? this.mediaMs : this.#lastVoiceMs
    turn.commit(spoken ? voicedMs : evidence.atMs)
    if (turn.origin === 'speech') this.#told.taken(this.mediaMs)
    const now = this.#parts.clock.now()
    if (isWaitedFor(turn)) this.#ended(turn, spoken ? this.#clockOf(voicedMs) : now)
    this.#parts.emit({
      kind: 'turn-committed',
      turn: turn.id,
      ...(endpoint === undefined || !spoken ? {} : { endpoint }),
    })
    if (typed !== undefined && turn.origin !== 'prompt') this.#addWords(turn, evidence.atMs, typed, 'text')
    return turn
  }

  /** The turn that is over and has no answer is to have one now: its wait begins. */
  answerAsked(): CallerTurn | undefined {
    const { turn } = this
    if (turn !== undefined) this.#ended(turn, this.#parts.clock.now())
    return turn
  }

  /** The agent said its last: the session ends with it. */
  lastPrompt(): void {
    if (this.turn !== undefined) this.turn.last = true
  }

  speechStarted(): void {
    const turn = this.turn
    if (turn !== undefined)
      this.#parts.emit({ kind: 'speech-started', turn: turn.id, mediaMs: this.#onsetMs })
  }

  speechEnded(): void {
    const turn = this.turn
    if (turn !== undefined)
      this.#parts.emit({ kind: 'speech-ended', turn: turn.id, mediaMs: this.#lastVoiceMs })
  }

  close(): void {
    this.#media.close()
  }

  #ended(turn: CallerTurn, voiceAtMs: number): void {
    turn.ledger.mark('last-voice', voiceAtMs)
    turn.ledger.mark('endpoint', this.#parts.clock.now())
  }

  /** A vendor may hear a turn begin before, or without, the ear. */
  #startOf(evidence: Evidence): number {
    const began = evidence.kind === 'turn-signal' && evidence.signal === 'start' && !this.#speaking
    return began ? Math.max(this.#onsetMs, evidence.atMs) : this.#onsetMs
  }

  #addWords(turn: CallerTurn, startMs: number, words: string, origin: 'speech' | 'text'): void {
    turn.addFinal(startMs, words, origin)
    const { id, text } = turn
    this.#parts.memory.user(id, text)
    const { startMs: turnStartMs, endMs } = turn
    this.#parts.emit({ kind: 'transcript-final', turn: id, text, origin, startMs: turnStartMs, endMs })
  }

  /** When the sample at `mediaMs` came, on the session clock. */
  #clockOf(mediaMs: number): number {
    const newestAt = this.#media.lastAtMs ?? this.#parts.clock.now()
    return newestAt - Math.max(0, this.#media.endMs - mediaMs)
  }
}

/** Whose word makes the turn, where it is not made by a voice. An answer to nothing at all opens the conversation. */
function toldOrigin(evidence: Evidence, memory: Memory) {
  if (evidence.kind !== 'end-of-turn') return undefined
  return evidence.source === 'asked' && memory.history().length === 0 ? 'opening' : evidence.source
}

function isWaitedFor({ origin }: CallerTurn): boolean {
  return origin !== 'opening' && origin !== 'prompt' && origin !== 'engine'
}
