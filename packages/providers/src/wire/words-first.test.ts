import type { SpeechPart } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { wordsFirst } from './words-first.js'

function rig(waitMs = 50) {
  const clock = new VirtualClock()
  const parts: string[] = []
  const push = (part: SpeechPart) =>
    parts.push(part.kind === 'audio' ? String(part.samples.length) : part.kind === 'word' ? part.text : '')
  return { clock, parts, out: wordsFirst({ rate: 1_000, clock, waitMs, push }) }
}

describe('words first', () => {
  it('holds sound until its words are there', () => {
    const { parts, out } = rig()
    out.audio(new Int16Array(100))
    expect(parts).toEqual([])
    out.word({ kind: 'word', text: 'one', startMs: 0, endMs: 60 })
    expect(parts).toEqual(['one', '60'])
    out.word({ kind: 'word', text: 'two', startMs: 60, endMs: 160 })
    expect(parts).toEqual(['one', '60', 'two', '40'])
    out.end()
  })

  it('lets sound go at the end, words or not', () => {
    const { parts, out } = rig()
    out.audio(new Int16Array(30))
    out.end()
    expect(parts).toEqual(['30'])
  })

  it('waits once for words that do not come, and then no more', async () => {
    const { clock, parts, out } = rig()
    out.audio(new Int16Array(30))
    out.audio(new Int16Array(30))
    await clock.advance(49)
    expect(parts).toEqual([])
    await clock.advance(1)
    expect(parts).toEqual(['30', '30'])
    out.audio(new Int16Array(40))
    expect(parts).toEqual(['30', '30', '40'])
  })

  it('gives nothing after it was stopped', async () => {
    const { clock, parts, out } = rig()
    out.audio(new Int16Array(30))
    out.stop()
    await clock.advance(100)
    expect(parts).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
