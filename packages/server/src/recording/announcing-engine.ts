/**
 * An engine that tells its caller of the recording: before its first reply that it is on, or behind it the question whether it
 * may be. Replies may be made and thrown away, so what was told is known by which of them began, and by what of it was heard.
 */

import type {
  BargeIn,
  Cancel,
  Clock,
  Engine,
  EngineLink,
  ReplyId,
  ReplyPart,
  SessionEvent,
  Turn,
  TurnId,
} from '@parley/core'
import type { ConversationPlan } from './recording-plan.js'
import { type Answer, answerIn } from './recording-words.js'
import { faced, moved, spaced } from './replies-in-replies.js'

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
  /** The announcement was cut before its end: it goes out again with the next reply. */
  unheard(): void
  /** What the caller said to the question; again where it turns out that they had not finished. */
  answered(answer: Answer): void
  /** This agent cannot be made to say a sentence: nothing can be announced. */
  unsayable(): void
}

export interface Announcing {
  wrap(engine: Engine): Engine
  event(event: SessionEvent): void
  /** Consent was said otherwise: nobody is asked any more. */
  settle(): void
}

type Say = NonNullable<EngineLink['say']>

/** Where the announcement stands in a reply's sound, ms. */
interface Place {
  fromMs: number
  toMs: number
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
    state = complete || (toMs > fromMs && heardMs >= neededMs - 1) ? 'told' : 'untold'
    places.clear()
    if (state === 'told') {
      // Somebody has answered before the far end had told how much it played.
      if (asks && begun !== undefined && begun.turn !== told?.turn) isAnswer(begun.turn)
    } else {
      if (begun?.turn === told?.turn) begun = undefined
      told = undefined
      if (!asks) options.unheard()
    }
    for (const done of verdicts) done()
    verdicts.clear()
  }

  /** One answer is waited for: whoever talks of something else has not consented. */
  function isAnswer(turn: TurnId): void {
    state = 'over'
    answerTurn = turn
    noteAnswer()
  }

  function noteAnswer(): void {
    const answer = answerTurn && heard.get(answerTurn)
    if (answer === undefined || answer === answered) return
    answered = answer
    options.answered(answer)
  }

  async function* telling(place: Place, saying: AsyncIterable<ReplyPart>): AsyncGenerator<ReplyPart> {
    place.toMs = place.fromMs
    for await (const part of saying) {
      if (part.kind === 'audio') place.toMs += (part.samples.length * 1000) / part.rate
      yield moved(part, place.fromMs)
    }
  }

  /** The announcement, then the reply. */
  async function* announceFirst(making: Making, place: Place): AsyncGenerator<ReplyPart> {
    yield { kind: 'barge-in', allow: 'none' }
    yield* telling(place, making.say(plan.text, making.signal))
    yield { kind: 'barge-in', allow: options.bargeIn }
    const rest = making.link.reply(making.turn, making.signal)
    for await (const part of spaced(rest)) yield moved(part, place.toMs)
  }

  /** The reply, then the question: what is said next answers it. */
  async function* askLast(making: Making, place: Place): AsyncGenerator<ReplyPart> {
    let words = false
    for await (const part of making.link.reply(making.turn, making.signal)) {
      if (part.kind === 'audio') place.fromMs += (part.samples.length * 1000) / part.rate
      if (part.kind === 'words') words = true
      yield part
    }
    if (making.signal.aborted) return
    const question = making.say(plan.text, making.signal)
    yield* telling(place, words ? spaced(question) : question)
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
    yield* making.say(words, making.signal)
  }

  /** The words of a spoken turn may come a moment after it. */
  async function answerOf({ turn, signal, clock }: Making): Promise<Answer> {
    const known = heard.get(turn.id)
    if (known !== undefined) return known
    if (turn.text.trim() !== '') return answerIn(turn.text, language)
    let cancel: Cancel = () => {}
    await new Promise<void>(resolve => {
      waiting.set(turn.id, resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      cancel = clock.after(WORDS_MS, resolve)
    })
    cancel()
    waiting.delete(turn.id)
    return heard.get(turn.id) ?? 'unclear'
  }

  /** A reply was cut a moment ago, and what was heard of it is not known yet. */
  async function verdict({ signal, clock }: Making): Promise<void> {
    if (state !== 'telling') return
    let cancel: Cancel = () => {}
    await new Promise<void>(resolve => {
      verdicts.add(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      cancel = clock.after(WORDS_MS, resolve)
    })
    cancel()
  }

  function reply(making: Making): AsyncIterable<ReplyPart> {
    const { turn } = making
    if (turn.begun !== undefined) return making.link.reply(turn, making.signal)
    // Now, and not when the first part is asked for: the reply may begin before that.
    if (state === 'untold') return tell(making)
    return state === 'over' && turn.id !== answerTurn
      ? making.link.reply(turn, making.signal)
      : replyLater(making)
  }

  function tell(making: Making): AsyncIterable<ReplyPart> {
    const place = { fromMs: 0, toMs: 0 }
    places.set(making.turn.id, place)
    noteTelling()
    return asks ? askLast(making, place) : announceFirst(making, place)
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
        const say = link.say?.bind(link)
        if (say === undefined) {
          options.unsayable()
          return link
        }
        return faced(link, {
          reply: (turn, signal) => reply({ link, say, turn, signal, clock: call.clock }),
          // Whose memory is elsewhere counts from where its own sound begins.
          ownFromMs: id => (asks || told?.reply !== id ? 0 : (places.get(told.turn)?.toMs ?? announcedMs)),
        })
      },
    }),
    event(event) {
      if (event.kind === 'reply-started') {
        begun = { turn: event.turn, reply: event.reply }
        if (state === 'told' && asks) isAnswer(event.turn)
        else if (event.turn === answerTurn) noteAnswer()
        noteTelling()
      } else if (event.kind === 'reply-ended') {
        if (state === 'telling' && event.reply === told?.reply) {
          announcedMs = places.get(told.turn)?.toMs ?? 0
          noteTold(event.heard.ms, event.heard.complete)
        }
      } else if (event.kind === 'transcript-final' && asks && !settled) {
        heard.set(event.turn, answerIn(event.text, language))
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

interface Making {
  readonly link: EngineLink
  readonly say: Say
  readonly turn: Turn
  readonly signal: AbortSignal
  readonly clock: Clock
}
