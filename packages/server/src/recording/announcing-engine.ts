/**
 * An engine that tells its caller of the recording: before its first reply that it is on, or behind it the question whether it
 * may be. Replies may be made and thrown away, so what was told is known by which of them began, and by what of it was heard.
 */

import type {
  BargeIn,
  Engine,
  ParleyError,
  ReplyId,
  ReplyPart,
  SessionEvent,
  Turn,
  TurnId,
} from '@parley/core'
import { announceFirst, askLast, type Making, type Place } from './announced-reply.js'
import type { ConversationPlan } from './recording-plan.js'
import { type Answer, answerIn } from './recording-words.js'
import { faced } from './replies-in-replies.js'
import { waitFor } from './wait-for.js'

export interface AnnouncingOptions {
  readonly plan: Pick<ConversationPlan, 'mode' | 'text' | 'granted' | 'refused'>
  /** BCP 47. */
  readonly language: string
  /** It was told before, in another process. */
  readonly wasTold: boolean
  /** Who may interrupt what comes behind the announcement. */
  readonly bargeIn: BargeIn
  /** The reply with the announcement goes out now: nothing of it has. */
  announced(): void
  /** The announcement was cut before its end, or could not be said: it goes out again with the next reply. */
  unheard(): void
  /** What the caller said to the question; again where it turns out that they had not finished. */
  answered(answer: Answer): void
  /** Something was said to the question, and no words of it came. */
  wordless(): void
  /** This agent cannot be made to say a sentence: nothing can be announced. */
  unsayable(): void
}

export interface Announcing {
  wrap(engine: Engine): Engine
  event(event: SessionEvent): void
  /** Consent was said otherwise: nobody is asked any more. */
  settle(): void
}

/** Longest wait for the words of an answer that was spoken, ms. */
const WORDS_MS = 1_500
/** Whoever answers before the end of the question has heard at least so much of it. */
const ENOUGH_OF_QUESTION = 0.6

export function createAnnouncing(options: AnnouncingOptions): Announcing {
  const { plan, language } = options
  const asks = plan.mode === 'consent'
  let state: 'untold' | 'telling' | 'told' | 'over' = options.wasTold ? 'over' : 'untold'
  /** Replies to these turns tell it. */
  const places = new Map<TurnId, Place>()
  /** The newest reply that goes out. */
  let begun: { readonly turn: TurnId; readonly reply: ReplyId } | undefined
  let told: { readonly turn: TurnId; readonly reply: ReplyId } | undefined
  /** The turn that answers the question. */
  let answerTurn: TurnId | undefined
  const heard = new Map<TurnId, Answer>()
  /** Turns in which nobody said anything: the agent spoke first, or of its own accord. */
  const ownTurns = new Set<TurnId>()
  /** What was said first since the question was told. */
  let saidSince: TurnId | undefined
  let answered: Answer | undefined
  const waiting = new Map<TurnId, () => void>()
  const verdicts = new Set<() => void>()
  let settled = options.wasTold
  /** How long the announcement was, in front of what the engine said itself. */
  let announcedMs = 0

  /** A reply that tells it goes out: both have to be known, in whichever order. */
  function noteTelling(): void {
    if (state !== 'untold' || begun === undefined || !places.has(begun.turn)) return
    state = 'telling'
    told = begun
    if (!asks) options.announced()
  }

  function noteTold(heardMs: number, complete: boolean): void {
    const place = told && places.get(told.turn)
    if (place === undefined) return
    const { fromMs, toMs } = place
    const neededMs = fromMs + (toMs - fromMs) * (asks ? ENOUGH_OF_QUESTION : 1)
    // What was cut was told to nobody: it comes again with the next reply.
    const isHeard = complete || (toMs > fromMs && heardMs >= neededMs - 1)
    state = isHeard && !place.isUnsaid ? 'told' : 'untold'
    places.clear()
    if (state === 'told') {
      // Somebody has answered before the far end had told how much it played.
      if (asks && begun !== undefined && begun.turn !== told?.turn) mayBeAnswer(begun.turn)
    } else {
      if (begun?.turn === told?.turn) begun = undefined
      told = undefined
      if (!asks && !place.isUnsaid) options.unheard()
    }
    for (const done of verdicts) done()
    verdicts.clear()
  }

  /** One answer is waited for: whoever talks of something else has not consented. */
  function mayBeAnswer(turn: TurnId): void {
    const answering = ownTurns.has(turn) ? saidSince : turn
    if (answering === undefined) return
    state = 'over'
    answerTurn = answering
    noteAnswer()
  }

  function noteAnswer(): void {
    const answer = answerTurn && heard.get(answerTurn)
    if (answer === undefined || answer === answered) return
    answered = answer
    options.answered(answer)
  }

  async function* answer(making: Making): AsyncGenerator<ReplyPart> {
    const said = await answerOf(making)
    if (making.signal.aborted) return
    const words = said === 'yes' ? plan.granted : said === 'no' ? plan.refused : ''
    if (words === '') {
      yield* making.link.reply(making.turn, making.signal)
      return
    }
    making.link.unanswered?.(making.turn)
    yield* making.say(words, making.signal, making.turn.account)
  }

  /** The words of a spoken turn may come a moment after it. */
  async function answerOf({ turn, signal, clock }: Making): Promise<Answer> {
    const known = heard.get(turn.id)
    if (known !== undefined) return known
    if (turn.text.trim() !== '') return answerIn(turn.text, language)
    await waitFor({ clock, signal, mostMs: WORDS_MS }, done => waiting.set(turn.id, done))
    waiting.delete(turn.id)
    const answer = heard.get(turn.id)
    if (answer === undefined && !signal.aborted) options.wordless()
    return answer ?? 'unclear'
  }

  /** A reply was cut a moment ago, and what was heard of it is not known yet. */
  async function verdict({ signal, clock }: Making): Promise<void> {
    if (state !== 'telling') return
    await waitFor({ clock, signal, mostMs: WORDS_MS }, done => verdicts.add(done))
  }

  function reply(making: Making): AsyncIterable<ReplyPart> {
    const { turn } = making
    if (asks && state !== 'over' && isOwn(turn)) ownTurns.add(turn.id)
    if (turn.begun !== undefined) return making.link.reply(turn, making.signal)
    // Now, and not when the first part is asked for: the reply may begin before that.
    if (state === 'untold') return tell(making)
    return state === 'over' && turn.id !== answerTurn
      ? making.link.reply(turn, making.signal)
      : replyLater(making)
  }

  function tell(making: Making): AsyncIterable<ReplyPart> {
    const place: Place = { fromMs: 0, toMs: 0 }
    places.set(making.turn.id, place)
    noteTelling()
    const unsaid = () => {
      if (!asks && told?.turn === making.turn.id) options.unheard()
    }
    const saying = { text: plan.text, bargeIn: options.bargeIn, place, unsaid }
    return asks ? askLast(making, saying) : announceFirst(making, saying)
  }

  async function* replyLater(making: Making): AsyncGenerator<ReplyPart> {
    const { turn } = making
    await verdict(making)
    if (making.signal.aborted) return
    const isSaid = turn.origin === 'speech' || turn.origin === 'text'
    if (state === 'untold') yield* tell(making)
    else if (asks && isSaid && (state === 'told' || turn.id === answerTurn)) yield* answer(making)
    else yield* making.link.reply(turn, making.signal)
  }

  return {
    wrap: engine => ({
      ...(engine.hearsSource === undefined ? {} : { hearsSource: engine.hearsSource }),
      async connect(call) {
        const link = await engine.connect(call)
        const say = (link.say ?? link.announce)?.bind(link)
        if (say === undefined) {
          options.unsayable()
          return link
        }
        const warn = (error: ParleyError) => call.warn(error)
        return faced(link, {
          reply: (turn, signal) => reply({ link, say, turn, signal, clock: call.clock, warn }),
          // Whose memory is elsewhere counts from where its own sound begins.
          ownFromMs: id => (asks || told?.reply !== id ? 0 : (places.get(told.turn)?.toMs ?? announcedMs)),
        })
      },
    }),
    event(event) {
      if (event.kind === 'reply-started') {
        begun = { turn: event.turn, reply: event.reply }
        if (state === 'told' && asks) mayBeAnswer(event.turn)
        else if (event.turn === answerTurn) noteAnswer()
        noteTelling()
      } else if (event.kind === 'reply-ended') {
        if (state === 'telling' && event.reply === told?.reply) {
          announcedMs = places.get(told.turn)?.toMs ?? 0
          noteTold(event.heard.ms, event.heard.complete)
        }
      } else if (event.kind === 'transcript-final' && asks && !settled) {
        heard.set(event.turn, answerIn(event.text, language))
        if (state === 'told') saidSince ??= event.turn
        waiting.get(event.turn)?.()
        if (event.turn === answerTurn) noteAnswer()
      }
    },
    settle() {
      settled = true
      state = 'over'
      answerTurn = undefined
      for (const done of verdicts) done()
      verdicts.clear()
    },
  }
}

function isOwn({ origin }: Turn): boolean {
  return origin === 'opening' || origin === 'prompt' || origin === 'engine'
}
