/** One call in which the caller interrupts one answer after the other, and what was kept of each beside what was heard. */

import type { SessionEvent } from '@parley/core'
import { seededRandom, VirtualClock } from '@parley/sim'
import { type Edge, FRAME_MS, type NetworkPath } from './far-side.js'
import { openFarVendor } from './far-vendor.js'
import { createSpokenTrack } from './spoken-track.js'

export interface Cut {
  /** `audio_end_ms` against what the ear got, ms; above 0: more is kept than was heard. */
  readonly errorMs: number
  /** What the session itself took for heard, against the ear's, ms. */
  readonly sessionErrorMs: number
  readonly playedMs: number
  /** Words in the history beyond those whose last sample was heard; below 0: too few. */
  readonly words: number
  /** What the vendor was told of this item, how often. */
  readonly tellings: number
}

export interface CallFacts {
  readonly cuts: readonly Cut[]
  /** Answers that the caller heard to their end. */
  readonly whole: number
  readonly complaints: readonly string[]
  readonly warnings: readonly string[]
}

export interface CallOptions {
  readonly edge: Edge
  readonly seed: number
  readonly path: NetworkPath
  /** Interruptions tried. */
  readonly interruptions: number
}

export async function measureCall({ edge, seed, path, interruptions }: CallOptions): Promise<CallFacts> {
  const random = seededRandom(seed)
  const clock = new VirtualClock()
  const track = createSpokenTrack(edge.rate, seededRandom(seed + 1))
  const vendor = await openFarVendor({
    ...{ clock, brains: track.brains, rate: edge.rate },
    random: seededRandom(seed + 2),
    everyMs: 10 + Math.floor(random() * 40),
  })
  const events: SessionEvent[] = []
  const told = (event: SessionEvent) => void events.push(event)
  const far = await edge.open({
    ...{ clock, engine: vendor.engine, path, told },
    random: seededRandom(seed + 3),
  })

  async function pass(ms: number, loud: boolean): Promise<void> {
    for (let done = 0; done < ms; done += FRAME_MS) {
      far.speak(loud)
      await clock.advance(FRAME_MS)
      await breathe()
    }
    vendor.read()
  }
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from))

  for (let count = 0; count < interruptions; count++) {
    const before = far.recording().length
    for (let waited = 0; far.recording().length === before && waited < 10_000; waited += 100)
      await pass(100, false)
    await pass(between(0, 5_000), false)
    await pass(between(800, 1_600), true)
  }
  await pass(15_000, false)
  const facts = score()
  await Promise.all([far.session.end('client'), clock.advance(10_000)])
  await breathe()
  await vendor.close()
  return facts

  function score(): CallFacts {
    const heard = track.stretches(far.recording())
    const cuts: Cut[] = []
    let whole = 0
    for (const event of events) {
      if (event.kind !== 'reply-ended') continue
      const name = /\S+/.exec(event.said)?.[0]
      const index = track.answers.findIndex(each => each.name === name)
      const answer = track.answers[index]
      const item = [...vendor.items.values()].find(({ transcript }) =>
        transcript.trim().startsWith(name ?? '?'),
      )
      if (answer === undefined || item === undefined) continue
      const until = track.answers[index + 1]?.from ?? Number.POSITIVE_INFINITY
      // An answer heard to its end and the next one are one stretch.
      const ends = heard.flatMap(({ from, to }) =>
        from < until && to > answer.from ? [Math.min(to, until)] : [],
      )
      const playedMs = Math.max(0, ...ends.map(end => ((end - answer.from) * 1000) / edge.rate))
      if (!event.interrupted) {
        whole += 1
        continue
      }
      const entry = far.session.history.find(each => each.role === 'agent' && each.reply === event.reply)
      const kept = countWords(entry?.text ?? '')
      const reallyHeard = answer.words.filter(({ endMs }) => endMs <= playedMs + 1e-6).length
      cuts.push({
        errorMs: (item.keptMs ?? item.soundMs) - playedMs,
        sessionErrorMs: event.heard.ms - playedMs,
        playedMs,
        words: kept - reallyHeard,
        tellings: item.cuts,
      })
    }
    return {
      cuts,
      whole,
      complaints: vendor.complaints,
      warnings: events.flatMap(each => (each.kind === 'warning' ? [`${each.code}: ${each.message}`] : [])),
    }
  }
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}

/** Lets sockets deliver what is on its way. */
async function breathe(): Promise<void> {
  for (let round = 0; round < 6; round++) await new Promise(resolve => setImmediate(resolve))
}
