/**
 * One far session as the engine uses it: its events go to the answers they belong to, its items of sound to the turns
 * they are, and its words to the session. It ends once and is not used again.
 */

import {
  type EngineCall,
  type FarAsk,
  type FarEvent,
  type FarSession,
  type FarSettings,
  ParleyError,
  type SpeechToSpeech,
  type ToolDefinition,
  type TurnId,
} from '@parley/core'
import type { Stretch } from './far-ears.js'
import { createFarMemory, type FarMemory } from './far-memory.js'
import type { ReplyBook } from './reply-record.js'

export type AskEvent =
  | Extract<FarEvent, { readonly ask: string }>
  | { readonly kind: 'lost'; readonly error: ParleyError }

export interface FarLine {
  readonly model: SpeechToSpeech
  readonly session: FarSession
  readonly memory: FarMemory
  readonly isReady: boolean
  readonly isOver: boolean
  /** When the vendor ends it, on the clock of the call, ms. */
  readonly expiresAtMs: number | undefined
  /** Whether words of turns are still to come. */
  readonly owesWords: boolean
  /** `take` gets the events of the answer up to `response-done` or `lost`, one of which always comes. */
  ask(ask: FarAsk, take: (event: AskEvent) => void): void
  /** The sound just committed is (a part of) this turn. */
  expects(turn: TurnId, stretch: Stretch): void
  /** Whether sound of this turn was committed and has no item yet. */
  owes(turn: TurnId): boolean
  /** Sound that the vendor took for turns since the last such call, oldest first. */
  takeOver(): readonly Overtaken[]
  /** Sound that the vendor took for a turn is (a part of) this one; without one it is taken out. */
  assign(item: string, turn: TurnId | undefined): void
  /** The vendor's words of this turn so far, and whether they are all. */
  wordsOf(turn: TurnId): { readonly text: string; readonly isWhole: boolean }
  /** Told whenever words of a turn come. */
  onWords(run: () => void): () => void
  /** The tools from now on; told where they changed. */
  retool(tools: readonly ToolDefinition[]): void
  close(): void
}

export interface Overtaken extends Stretch {
  readonly item: string
}

export interface FarLineParts {
  readonly call: EngineCall
  readonly model: SpeechToSpeech
  readonly settings: FarSettings
  readonly rate: number
  readonly transcribes: boolean
  readonly book: ReplyBook
  /** Media time of the session's own line, ms. */
  mediaOf(farMs: number): number
  /** The vendor's ear, where it ends turns. */
  heardBy(kind: 'start' | 'committed', atMs: number): void
  ready(line: FarLine): void
  lost(line: FarLine, error: ParleyError): void
}

interface HeardItem extends Stretch {
  /** When it was committed, on the clock of the call, ms. */
  readonly sinceMs: number
  turn: TurnId | undefined
  text: string
  isWhole: boolean
}

const nobody = '' as TurnId
/** Items of sound whose words may still come. */
const MAX_ITEMS = 50
/** Words that did not come in this time are not waited for, ms. */
const WORDS_MS = 5_000

export function openFarLine(parts: FarLineParts): FarLine {
  const { call, model, settings, rate, transcribes, book } = parts
  const asks = new Map<string, (event: AskEvent) => void>()
  const expected: { readonly turn: TurnId; readonly stretch: Stretch }[] = []
  const heard = new Map<string, HeardItem>()
  const watchers = new Set<() => void>()
  let overtaken: Overtaken[] = []
  let speech: Stretch | undefined
  let toolsTold = JSON.stringify(settings.tools)
  let isReady = false
  let isOver = false
  let expiresAtMs: number | undefined

  const session = model.open({
    ...settings,
    ...{ language: call.language, rate, transcribes, clock: call.clock },
    onEvent(event) {
      if (!isOver) take(event)
    },
  })

  function take(event: FarEvent): void {
    switch (event.kind) {
      case 'ready':
        isReady = true
        expiresAtMs = event.expiresAtMs
        return parts.ready(line)
      case 'speech-start':
      case 'speech-end':
        return hearSpeech(event.kind, parts.mediaOf(event.atMs))
      case 'committed':
        return place(event.item)
      case 'commit-empty':
        expected.shift()
        return
      case 'transcript':
        return hearWords(event)
      case 'transcript-failed': {
        const item = heard.get(event.item)
        if (item !== undefined) item.isWhole = true
        call.warn(event.error)
        return tellWatchers()
      }
      case 'audio':
      case 'words':
      case 'tool-call':
        return asks.get(event.ask)?.(event)
      case 'response-done': {
        const to = asks.get(event.ask)
        asks.delete(event.ask)
        return to?.(event)
      }
      case 'refused':
        return call.warn(event.error)
      case 'lost':
        return end(event.error)
      default:
        event satisfies never
    }
  }

  function hearSpeech(kind: 'speech-start' | 'speech-end', atMs: number): void {
    if (settings.turns.by === 'gateway') return
    if (kind === 'speech-end') {
      speech = { fromMs: speech?.fromMs ?? atMs, toMs: atMs }
      return
    }
    speech = { fromMs: atMs, toMs: atMs }
    parts.heardBy('start', atMs)
    call.observe({ kind: 'turn-signal', atMs, signal: 'start' })
  }

  /** A turn of ours, in order; else the vendor ended one. */
  function place(item: string): void {
    const ours = expected.shift()
    if (ours !== undefined) {
      memory.heardAs(ours.turn, item)
      return keep(item, ours.stretch, ours.turn)
    }
    const atMs = parts.mediaOf(0)
    const stretch = speech ?? { fromMs: atMs, toMs: atMs }
    speech = undefined
    keep(item, stretch, undefined)
    overtaken.push({ item, ...stretch })
    if (overtaken.length > MAX_ITEMS) overtaken.shift()
    parts.heardBy('committed', stretch.toMs)
    call.observe({ kind: 'turn-signal', atMs: stretch.toMs, signal: 'end' })
  }

  function keep(item: string, { fromMs, toMs }: Stretch, turn: TurnId | undefined): void {
    heard.set(item, { sinceMs: call.clock.now(), fromMs, toMs, turn, text: '', isWhole: !transcribes })
    const [oldest] = heard.keys()
    if (heard.size > MAX_ITEMS && oldest !== undefined) heard.delete(oldest)
  }

  function hearWords({ item, text, final }: Extract<FarEvent, { kind: 'transcript' }>): void {
    const known = heard.get(item)
    if (known === undefined || known.isWhole) return
    known.text = text.trim()
    known.isWhole = final
    tellWatchers()
    if (known.text === '') return
    const { fromMs: startMs, toMs: atMs } = known
    call.observe({ kind: 'transcript', startMs, atMs, text: known.text, final })
  }

  function tellWatchers(): void {
    for (const run of watchers) run()
  }

  function end(error: ParleyError): void {
    if (isOver) return
    isOver = true
    const waiting = [...asks.values()]
    asks.clear()
    parts.lost(line, error)
    for (const to of waiting) to({ kind: 'lost', error })
    tellWatchers()
  }

  const line: FarLine = {
    model,
    session,
    get memory() {
      return memory
    },
    get isReady() {
      return isReady
    },
    get isOver() {
      return isOver
    },
    get expiresAtMs() {
      return expiresAtMs
    },
    get owesWords() {
      const sinceMs = call.clock.now() - WORDS_MS
      return [...heard.values()].some(each => !each.isWhole && each.sinceMs > sinceMs)
    },
    ask(ask, to) {
      if (isOver) return to({ kind: 'lost', error: closed() })
      asks.set(ask.id, to)
      session.respond(ask)
    },
    expects(turn, stretch) {
      expected.push({ turn, stretch })
    },
    owes: turn => expected.some(each => each.turn === turn),
    takeOver() {
      const all = overtaken
      overtaken = []
      return all
    },
    assign(item, turn) {
      memory.heardAs(turn ?? nobody, item)
      if (turn === undefined) return memory.remove(item)
      const known = heard.get(item)
      if (known !== undefined) known.turn = turn
    },
    wordsOf(turn) {
      const parts = [...heard.values()].filter(each => each.turn === turn)
      const isWhole = isOver || (parts.every(each => each.isWhole) && !expected.some(e => e.turn === turn))
      return {
        text: parts
          .map(({ text }) => text)
          .join(' ')
          .trim(),
        isWhole,
      }
    },
    onWords(run) {
      watchers.add(run)
      return () => watchers.delete(run)
    },
    retool(tools) {
      const now = JSON.stringify(tools)
      if (now === toolsTold) return
      toolsTold = now
      session.change({ tools })
    },
    close() {
      if (isOver) return
      isOver = true
      for (const to of asks.values()) to({ kind: 'lost', error: closed() })
      asks.clear()
      session.close()
    },
  }
  const memory = createFarMemory({ session, line, book })
  return line
}

function closed(): ParleyError {
  return new ParleyError('provider_failed', 'The session with the model was closed.', { retryable: true })
}
