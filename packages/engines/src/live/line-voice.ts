/**
 * What the line itself tells the caller, word for word, in a voice that is not the model's. It comes at the pace of speech: the
 * model, which cannot be made to wait, is asked to speak only when it is about to be over.
 *
 * What was said so is known apart from then on: the model is never told that it said it.
 */

import {
  type Clock,
  defined,
  ParleyError,
  type ReplyPart,
  type TextToSpeech,
  type UsageAccount,
} from '@parley/core'
import { clauseWords } from '../cascade/clause-words.js'
import { withPatience } from '../cascade/patience.js'

export interface LineVoice {
  /** @throws ParleyError `voice_failed`, `timeout`, or what the voice throws, where it was not said to its end. */
  say(text: string, signal: AbortSignal, account?: UsageAccount): AsyncGenerator<ReplyPart>
  /** What of a reply's text the model said itself, and what the line did, which may have been cut short. */
  apart(text: string): { readonly own: string; readonly line: string; readonly isLineFirst: boolean }
}

export interface LineVoiceOptions {
  readonly voice: TextToSpeech
  /** BCP 47. */
  readonly language: string
  readonly clock: Clock
  /** It begins; gives what is to be called at its end, however it ends. */
  begins(text: string): () => void
}

/** How far its sound is given ahead, ms: what a model needs to begin to speak behind it. */
const LEAD_MS = 1_000
/** Longest wait for the next piece of sound, ms. */
const PATIENCE_MS = 8_000
/** Texts that are known apart; a conversation has three. */
const MOST_TEXTS = 20
/** Fewer words at the end of a cut reply may be anybody's. */
const LEAST_WORDS = 2

/** What the model is to know of it. */
export function lineNote(text: string): string {
  return (
    `The line itself, in a voice that is not yours, is telling the caller: ${JSON.stringify(text)} You did not say it. ` +
    'Do not speak before it is over, do not repeat it, and leave it to the line to deal with their answer to it.'
  )
}

export function lineVoice({ voice, language, clock, begins }: LineVoiceOptions): LineVoice {
  let texts: readonly (readonly string[])[] = []

  function remember(text: string): void {
    const words = wordsOf(text)
    const others = texts.filter(each => each.join(' ') !== words.join(' '))
    texts = [...others, words].slice(-MOST_TEXTS)
  }

  async function* spoken(
    text: string,
    signal: AbortSignal,
    account: UsageAccount | undefined,
  ): AsyncGenerator<ReplyPart> {
    const request = { text, language, ...defined({ account }) }
    const words = clauseWords(text)
    const patience = { clock, ms: PATIENCE_MS, name: `Voice ${voice.name}` }
    const { sampleRate: rate } = voice
    let waiting: ReplyPart[] | undefined = []
    let beganMs = 0
    let soundMs = 0
    for await (const part of withPatience(signal, patience, own => voice.speak(request, own))) {
      if (part.kind === 'word') {
        const piece = { kind: 'words', text: words.upTo(part.text), untilMs: part.endMs } as const
        if (waiting !== undefined) waiting.push(piece)
        else if (piece.text !== '') yield piece
      } else if (part.kind === 'visemes') {
        if (waiting !== undefined) waiting.push(part)
        else yield part
      } else if (part.kind === 'audio' && part.samples.length > 0) {
        if (waiting !== undefined) {
          beganMs = clock.now()
          if (waiting.every(({ kind }) => kind !== 'words'))
            waiting.push({ kind: 'words', text: words.body() })
          yield* waiting
          waiting = undefined
        }
        soundMs += (part.samples.length * 1000) / rate
        yield { kind: 'audio', samples: part.samples, rate }
        await pause(beganMs + soundMs - LEAD_MS - clock.now(), signal)
      }
    }
    if (signal.aborted) return
    if (waiting !== undefined)
      throw new ParleyError('voice_failed', `Voice ${voice.name} made no sound for what the line had to say.`)
    const rest = words.rest()
    if (rest.trim() !== '') yield { kind: 'words', text: rest, untilMs: soundMs }
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.after(ms, done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  return {
    async *say(text, signal, account) {
      if (signal.aborted) return
      remember(text)
      const over = begins(text)
      try {
        yield* spoken(text, signal, account)
      } finally {
        over()
      }
    },
    apart(text) {
      const words = wordsOf(text)
      for (const line of texts) {
        const found = placeOf(words, line)
        if (found === undefined) continue
        const [from, count] = found
        const own = [...words.slice(0, from), ...words.slice(from + count)].join(' ')
        return { own, line: words.slice(from, from + count).join(' '), isLineFirst: from === 0 }
      }
      return { own: text, line: '', isLineFirst: false }
    },
  }
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\S+/g) ?? []
}

/** Where the line's words stand in a reply's, and how many of them: all, or as many as were said before a cut. */
function placeOf(words: readonly string[], line: readonly string[]): readonly [number, number] | undefined {
  const stands = (from: number, count: number) =>
    line.slice(0, count).every((word, at) => words[from + at] === word)
  for (let from = 0; from + line.length <= words.length; from++)
    if (line.length > 0 && stands(from, line.length)) return [from, line.length]
  for (let count = Math.min(words.length, line.length - 1); count >= LEAST_WORDS; count--)
    if (stands(words.length - count, count)) return [words.length - count, count]
  return undefined
}
