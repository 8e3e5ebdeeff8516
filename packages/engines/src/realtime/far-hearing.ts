/**
 * What the far end heard: which of its items of sound is which turn, and the words it makes of them. The vendor's word on
 * turns, where it ends them, is evidence for the session.
 */

import type { EngineCall, FarEvent, TurnId } from '@parley/core'
import type { Stretch } from './far-ears.js'
import type { FarMemory } from './far-memory.js'

export interface FarHearing {
  /** The vendor's own ear, in media time. */
  speech(kind: 'speech-start' | 'speech-end', atMs: number): void
  /** A turn has its place; undefined: there was nothing to commit. */
  committed(item: string | undefined): void
  transcript(event: Extract<FarEvent, { kind: 'transcript' | 'transcript-failed' }>): void
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
  /** Whether words of a turn are still to come, and not for too long. */
  readonly owesWords: boolean
  /** Told whenever words of a turn come, and at the end; gives what ends that. */
  onWords(run: () => void): () => void
  /** Nothing comes any more. */
  end(): void
}

export interface Overtaken extends Stretch {
  readonly item: string
}

export interface FarHearingParts {
  readonly call: EngineCall
  readonly memory: FarMemory
  readonly transcribes: boolean
  /** Whether the vendor ends turns. */
  readonly vendorEnds: boolean
  /** The vendor's ear, where it ends turns. */
  heardBy(kind: 'start' | 'committed', atMs: number): void
  /** End of the sound so far, in media time, ms. */
  mediaMs(): number
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

export function createFarHearing(parts: FarHearingParts): FarHearing {
  const { call, memory, transcribes, vendorEnds, heardBy } = parts
  const expected: { readonly turn: TurnId; readonly stretch: Stretch }[] = []
  const heard = new Map<string, HeardItem>()
  const watchers = new Set<() => void>()
  let overtaken: Overtaken[] = []
  let stretch: Stretch | undefined
  let isOver = false

  function keep(item: string, { fromMs, toMs }: Stretch, turn: TurnId | undefined): void {
    heard.set(item, { sinceMs: call.clock.now(), fromMs, toMs, turn, text: '', isWhole: !transcribes })
    const [oldest] = heard.keys()
    if (heard.size > MAX_ITEMS && oldest !== undefined) heard.delete(oldest)
  }

  function overtake(item: string): void {
    // A vendor that told no beginning has heard it up to here.
    const nowMs = stretch === undefined ? parts.mediaMs() : 0
    const { fromMs, toMs } = stretch ?? { fromMs: nowMs, toMs: nowMs }
    stretch = undefined
    keep(item, { fromMs, toMs }, undefined)
    overtaken.push({ item, fromMs, toMs })
    if (overtaken.length > MAX_ITEMS) overtaken.shift()
    heardBy('committed', toMs)
    call.observe({ kind: 'turn-signal', atMs: toMs, signal: 'end' })
  }

  function tell(): void {
    for (const run of [...watchers]) run()
  }

  return {
    speech(kind, atMs) {
      if (!vendorEnds) return
      const isStart = kind === 'speech-start'
      stretch = { fromMs: isStart ? atMs : (stretch?.fromMs ?? atMs), toMs: atMs }
      if (!isStart) return
      heardBy('start', atMs)
      call.observe({ kind: 'turn-signal', atMs, signal: 'start' })
    },
    committed(item) {
      const ours = expected.shift()
      if (item === undefined) return
      if (ours === undefined) return overtake(item)
      memory.heardAs(ours.turn, item)
      keep(item, ours.stretch, ours.turn)
    },
    transcript(event) {
      const known = heard.get(event.item)
      if (event.kind === 'transcript-failed') call.warn(event.error)
      if (known === undefined || known.isWhole) return
      known.isWhole = event.kind === 'transcript-failed' || event.final
      if (event.kind === 'transcript') known.text = event.text.trim()
      tell()
      if (event.kind === 'transcript-failed' || known.text === '') return
      const { fromMs: startMs, toMs: atMs, text } = known
      call.observe({ kind: 'transcript', startMs, atMs, text, final: event.final })
    },
    expects: (turn, stretch) => void expected.push({ turn, stretch }),
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
      const items = [...heard.values()].filter(each => each.turn === turn)
      const isKnown = items.every(({ isWhole }) => isWhole) && !expected.some(each => each.turn === turn)
      const text = items.map(each => each.text).join(' ')
      return { text: text.trim(), isWhole: isOver || isKnown }
    },
    get owesWords() {
      const sinceMs = call.clock.now() - WORDS_MS
      return [...heard.values()].some(each => !each.isWhole && each.sinceMs > sinceMs)
    },
    onWords(run) {
      watchers.add(run)
      return () => watchers.delete(run)
    },
    end() {
      isOver = true
      tell()
    },
  }
}
