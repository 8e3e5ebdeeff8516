/** Words of simulated speech as times of single characters, white space included. */

import type { SimWord } from '../sim-brains.js'

export interface TimedChar {
  readonly char: string
  readonly startMs: number
  readonly endMs: number
}

/** Every character of the text, in order; white space fills the gaps. */
export function charTimes(text: string, words: readonly SimWord[]): TimedChar[] {
  const timed: TimedChar[] = []
  let word = 0
  let atMs = 0
  for (const part of text.match(/\s+|\S+/g) ?? []) {
    const chars = [...part]
    const isSpace = part.trim() === ''
    const next = words[word]
    const startMs = isSpace ? atMs : (next?.startMs ?? atMs)
    const endMs = isSpace ? (next?.startMs ?? atMs) : (next?.endMs ?? atMs)
    if (!isSpace) word++
    const each = Math.max(0, endMs - startMs) / chars.length
    for (const [index, char] of chars.entries())
      timed.push({ char, startMs: startMs + index * each, endMs: startMs + (index + 1) * each })
    atMs = endMs
  }
  return timed
}

/** As the sockets say it, from the start of its own message's sound. */
export function alignmentOf(timed: readonly TimedChar[], fromMs: number) {
  return {
    chars: timed.map(({ char }) => char),
    charStartTimesMs: timed.map(({ startMs }) => Math.round(startMs - fromMs)),
    charDurationsMs: timed.map(({ startMs, endMs }) => Math.round(endMs - startMs)),
  }
}
