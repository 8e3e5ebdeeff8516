/**
 * The responses that write to the conversation, at most one at a time: what a session tells of its replies becomes the
 * events of a response, in the vendor's order.
 *
 * A response is over once all of it was sent; the reply behind it goes on until it was heard. A response that the client
 * asked for is told at once and waits for its reply.
 */
import { type AudioFrame, frameMs } from '@parley/audio'
import type { ReplyId, SessionEvent, TurnId, Wishes } from '@parley/core'
import { type RealtimeResponseWanted, responseWanted } from '@parley/protocol'
import {
  type Answer,
  type AsideAnswer,
  addCall,
  cancelled,
  endingOf,
  finishAnswer,
  newAnswer,
} from './answer.js'
import { createEarlyReplies, type Made } from './early-replies.js'
import type { PeerState } from './peer-state.js'
import { createPlayedOut, type PlayedOut } from './played-out.js'
import { createReplyRecords, type ReplyRecord, type ReplyRecords, wordsUntil } from './reply-records.js'
import { createReplyRulings } from './reply-rulings.js'
import {
  type CancelReason,
  failureOf,
  openResponse,
  type ResponseEnding,
  type ResponseWriter,
} from './response-writer.js'
import { createTrackSound, type TrackSound } from './track-sound.js'

type EventOf<Kind extends SessionEvent['kind']> = Extract<SessionEvent, { kind: Kind }>

/** How long a reply that was made whole may take to show sound that had not been sent, ms. */
const LAST_SOUND_MS = 60
export interface AnswersHost {
  /** A response is over. `leftMs` is how long its sound still plays, as far as is known. */
  done(leftMs: number): void
  /** A response began. */
  began(): void
}

export class Answers {
  readonly records: ReplyRecords = createReplyRecords()
  readonly #peer: PeerState
  readonly #host: AnswersHost
  readonly #early = createEarlyReplies()
  readonly #onTrack: TrackSound | undefined
  #current: Answer | undefined
  /** The reply that the session has under way, heard or not. */
  #underWay: ReplyRecord | undefined
  readonly #playedOut: PlayedOut
  /** A ruling on an overlap: one that only holds the agent back cuts nothing. */
  readonly rulings = createReplyRulings()
  /** Cut, and not told yet. */
  #cut: ReplyRecord | undefined
  #reason: CancelReason = 'turn_detected'

  constructor(peer: PeerState, host: AnswersHost) {
    this.#peer = peer
    this.#host = host
    this.#playedOut = createPlayedOut(peer.clock)
    this.#onTrack = peer.track === undefined ? undefined : createTrackSound(peer)
  }

  /** The response under way. */
  get activeId(): string | undefined {
    return this.#current?.writer.id
  }

  /** The reply that is not over for the session, whether or not its response is. */
  get underWay(): ReplyRecord | undefined {
    return this.#underWay
  }

  /** A response that the client asks for. */
  ask(wanted: RealtimeResponseWanted, wishes: Wishes): void {
    const answer = this.#open(wanted, wishes)
    answer.stopWaiting = this.#peer.clock.after(this.#peer.limits.answerMs, () => {
      if (answer.record !== undefined) return
      this.#peer.inbox?.steering.callOff()
      this.#finish(answer, failureOf('timeout'))
    })
    this.#request()
  }

  /** A response that is written from aside; while it is, it is the one under way. */
  occupy(writer: ResponseWriter, aside: AsideAnswer): { sounded(ms: number): void; over(): void } {
    const answer = newAnswer(writer, { isSpoken: true, wishes: undefined, aside })
    this.#current = answer
    this.#host.began()
    return {
      sounded: ms => this.#playedOut.add(ms),
      over: () => {
        if (this.#current === answer) this.#current = undefined
        this.#host.done(this.#playedOut.leftMs)
      },
    }
  }

  /** The floor is free: an answer that waits is asked for again. */
  floorOpened(): void {
    const waiting = this.#current
    if (waiting?.wishes === undefined || waiting.record !== undefined) return
    this.#peer.clock.after(0, () => {
      if (this.#current === waiting && waiting.record === undefined) this.#request()
    })
  }

  started({ reply, turn }: EventOf<'reply-started'>): void {
    // An agent that speaks first does not here: nobody is to be answered.
    if (this.#peer.settings.type === 'transcription') return void this.#peer.inbox?.interrupt()
    const waiting = this.#current
    const takes = waiting !== undefined && waiting.record === undefined && waiting.aside === undefined
    // A reply in the place of another that ended without a word to us.
    if (waiting !== undefined && !takes) this.cancel('turn_detected')
    const record = this.records.begin(reply, turn)
    const settings = responseWanted(this.#peer.settings)
    if ('fault' in settings) return
    this.#underWay = record
    const answer = takes ? waiting : this.#open(settings.wanted, undefined, record)
    answer.record = record
    answer.stopWaiting()
    const early = this.#early.take(reply)
    answer.calls.push(...(early?.calls ?? []))
    if (early?.made !== undefined) this.#made(answer, early.made)
  }

  words({ reply, text, untilMs }: EventOf<'reply-words'>): void {
    const answer = this.#of(reply)
    if (answer === undefined) return
    answer.record?.words.push({ text, untilMs })
    answer.writer.words(text)
  }

  play(frame: AudioFrame, reply: ReplyId): void {
    const answer = this.#of(reply)
    const onTrack = this.#onTrack
    onTrack?.play(frame, reply, answer?.writer.id)
    const record = answer?.record
    if (answer === undefined || record === undefined) return
    // What was sent cannot be taken back: after a pause it is not sent again.
    const againMs = onTrack === undefined ? record.soundMs - frame.atMs : 0
    const again = Math.max(0, Math.round((againMs * frame.rate) / 1000))
    if (again >= frame.samples.length) return
    record.soundMs = Math.max(record.soundMs, frame.atMs + frameMs(frame))
    this.#playedOut.add(frameMs(frame))
    if (onTrack === undefined)
      answer.writer.sound(again === 0 ? frame.samples : frame.samples.subarray(again), frame.rate)
  }

  made({ reply, inputTokens, outputTokens, error }: EventOf<'reply-made'>): void {
    const use = { inputTokens, outputTokens, ...(error === undefined ? {} : { error }) }
    const answer = this.#of(reply)
    if (answer !== undefined) this.#made(answer, use)
    else this.#early.of(reply).made = use
  }

  called({ reply, call }: EventOf<'tool-called'>): void {
    addCall(this.#of(reply)?.calls ?? this.#early.of(reply).calls, call)
  }

  sent({ reply }: EventOf<'reply-sent'>): void {
    const answer = this.#of(reply)
    if (answer === undefined) return
    answer.isSent = true
    this.#complete(answer)
  }

  ended({ reply, interrupted, heard }: EventOf<'reply-ended'>): void {
    this.#early.take(reply)
    const record = this.records.get(reply)
    if (record !== undefined) this.#over(record, heard.ms, interrupted)
    // What is heard of a reply is only known to the session now.
    if (record?.isDeleted) this.#peer.inbox?.steering.forget({ reply })
    const answer = this.#of(reply)
    if (answer === undefined) return
    if (interrupted) return this.#finish(answer, cancelled('turn_detected'))
    answer.isSent = true
    answer.made ??= { inputTokens: 0, outputTokens: 0 }
    this.#complete(answer)
  }

  discarded(reply: ReplyId): void {
    this.#early.take(reply)
    const answer = this.#of(reply)
    if (answer !== undefined) this.#finish(answer, cancelled('turn_detected'))
  }

  /** The session throws away what the far end has of this reply. */
  cleared(reply: ReplyId): void {
    const isHeld = this.rulings.takeHeld(reply)
    this.#onTrack?.clear(!isHeld)
    if (!isHeld) this.cut(reply)
  }

  /** The reply is cut, or about to be; it is told with the next event, so that the caller's speech is told first. */
  cut(reply: ReplyId | undefined): void {
    if (reply === undefined || this.#underWay?.reply !== reply || this.#cut !== undefined) return
    this.#cut = this.#underWay
    this.#playedOut.forget()
    this.#peer.clock.after(0, () => this.settleCut())
  }

  /** The turn that was answered goes on. */
  reopened(turn: TurnId): void {
    if (this.#underWay?.turn === turn) this.cut(this.#underWay.reply)
  }

  settleCut(): void {
    const cut = this.#cut
    this.#cut = undefined
    if (cut !== undefined && this.#current?.record === cut)
      this.#finish(this.#current, cancelled(this.#reason))
  }

  /** The caller speaks, and takes the floor from whoever has it. */
  claimed(): void {
    this.cut(this.rulings.takeClaimed())
    this.settleCut()
    const waiting = this.#current
    if (waiting === undefined || waiting.record !== undefined) return
    this.cancel('turn_detected')
  }

  /** Ends the response under way, and the reply behind it. */
  cancel(reason: CancelReason): void {
    const answer = this.#current
    if (answer === undefined) return
    if (answer.aside !== undefined) {
      this.#current = undefined
      this.#playedOut.forget()
      answer.aside.abort(reason)
      return
    }
    // What waits is taken back, and what is heard meanwhile goes on.
    if (answer.record === undefined) this.#peer.inbox?.steering.callOff()
    else if (reason === 'client_cancelled') this.silence()
    this.#finish(answer, cancelled(reason))
  }

  /** Cuts the reply under way, if there is one. */
  silence(): void {
    if (this.#underWay === undefined) return
    this.#reason = 'client_cancelled'
    this.#peer.inbox?.interrupt()
    this.settleCut()
    this.#reason = 'turn_detected'
    this.#playedOut.forget()
  }

  /** The client played `ms` of a reply and plays no more of it. */
  truncated(record: ReplyRecord, ms: number): void {
    record.playedMs = ms
    if (record.isOver) return this.amend(record, ms)
    if (this.#current?.aside?.record === record) return this.cancel('client_cancelled')
    if (this.#underWay === record) this.silence()
    this.#peer.inbox?.played(record.reply, ms)
  }

  /** Nothing more comes: every response that is open ends. */
  close(): void {
    const answer = this.#current
    if (answer === undefined) return
    answer.aside?.abort('client_cancelled')
    if (this.#current === answer) this.#finish(answer, cancelled('client_cancelled'))
  }

  #request(): void {
    const { wishes } = this.#current ?? {}
    if (wishes !== undefined) this.#peer.inbox?.steering.answer(wishes)
  }

  #open(wanted: RealtimeResponseWanted, wishes: Wishes | undefined, record?: ReplyRecord): Answer {
    let answer: Answer | undefined
    const writer = openResponse(this.#peer, wanted, () => {
      const known = answer?.record ?? record
      return known === undefined ? undefined : { turn: known.turn, reply: known.reply }
    })
    answer = newAnswer(writer, { isSpoken: wanted.modality === 'audio', wishes })
    this.#current = answer
    this.#host.began()
    return answer
  }

  #of(reply: ReplyId): Answer | undefined {
    return this.#current?.record?.reply === reply ? this.#current : undefined
  }

  #made(answer: Answer, use: Made): void {
    answer.made = use
    answer.stopWaiting()
    // Words of a reply that was prepared come behind its beginning.
    answer.stopWaiting = this.#peer.clock.after(0, () => this.#lastSound(answer))
    this.#complete(answer)
  }

  /** A last piece of sound comes behind the end; where there is none at all, nothing is waited for. */
  #lastSound(answer: Answer): void {
    const { isSpoken, record } = answer
    const finish = () => {
      // It says itself when all of it was sent.
      if (isSpoken && record !== undefined && record.soundMs > 0) return
      answer.isSent = true
      this.#complete(answer)
    }
    if (!isSpoken || record?.words.length === 0) return finish()
    answer.stopWaiting = this.#peer.clock.after(LAST_SOUND_MS, finish)
  }

  #complete(answer: Answer): void {
    const ending = endingOf(answer)
    if (ending !== undefined) this.#finish(answer, ending)
  }

  #finish(answer: Answer, ending: ResponseEnding): void {
    if (this.#current === answer) this.#current = undefined
    finishAnswer(answer, ending)
    this.#host.done(ending.status === 'completed' ? this.#playedOut.leftMs : 0)
  }

  #over(record: ReplyRecord, heardMs: number, isCut: boolean): void {
    record.isOver = true
    if (this.#underWay === record) {
      this.#underWay = undefined
      this.#cut = undefined
      // One that was only held when it was thrown away may be cut by now.
      if (isCut) this.#onTrack?.clear(true)
      else this.#onTrack?.stopped()
    }
    const { playedMs } = record
    // The count came too late for the session to take it as a report.
    if (playedMs !== undefined && Math.abs(playedMs - heardMs) > 1) this.amend(record, playedMs)
  }

  /** The client played `ms` of a reply that is over for the session. */
  amend(record: ReplyRecord, ms: number): void {
    this.#peer.inbox?.steering.amend(record.reply, { ms, text: wordsUntil(record, ms) })
  }
}
