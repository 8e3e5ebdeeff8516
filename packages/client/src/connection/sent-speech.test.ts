import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Waiting } from './outbox.js'
import { createSentSpeech } from './sent-speech.js'

const speech = (name: number, samples = 320): Waiting => ({
  kind: 'audio',
  samples: new Int16Array(samples).fill(name),
  sampleRate: 16_000,
})
const commit: Waiting = { kind: 'message', message: { type: 'commit' } }
const text: Waiting = { kind: 'message', message: { type: 'text', text: 'hi' } }

function names(all: readonly Waiting[]): (number | string)[] {
  return all.map(each => (each.kind === 'audio' ? (each.samples[0] ?? 0) : each.message.type))
}

/** A line of a session that heard so much before, ms. */
function begun(mostMs = 2_000, beforeMs = 0) {
  const line = createSentSpeech(mostMs)
  line.take({ session: 'ses_1', receivedMs: beforeMs, isNew: beforeMs === 0 })
  const take = (session: string, receivedMs: number | undefined) =>
    line.take({ session, receivedMs, isNew: session !== 'ses_1' })
  return { ...line, take }
}

describe('speech on the wire', () => {
  it('is sent again from where the gateway stopped hearing, however that is rounded', () => {
    for (const offMs of [-9, 0, 9]) {
      const line = begun()
      for (let i = 1; i <= 10; i++) line.sent(speech(i))
      expect(names(line.take('ses_1', 120 + offMs))).toEqual([7, 8, 9, 10])
    }
  })

  it('counts on from there, also where the next line breaks as well', () => {
    const line = begun()
    for (let i = 1; i <= 5; i++) line.sent(speech(i))
    for (const again of line.take('ses_1', 40)) line.sent(again)
    line.sent(speech(6))
    expect(names(line.take('ses_1', 60))).toEqual([4, 5, 6])
    expect(line.take('ses_1', 60)).toEqual([])
  })

  it('stays here where the gateway says nothing of it, but for what never left', () => {
    const line = begun()
    line.sent(speech(1))
    line.stayed([speech(2)])
    expect(names(line.take('ses_1', undefined))).toEqual([2])
    line.sent(speech(3))
    expect(line.take('ses_1', 500)).toEqual([])
  })

  it('is nothing of another session', () => {
    const line = begun()
    line.sent(speech(1))
    line.stayed([speech(2)])
    expect(names(line.take('ses_2', undefined))).toEqual([2])
  })

  it('is all sent again where the gateway has gone back, and not where it is ahead', () => {
    const line = begun(2_000, 5_000)
    line.sent(speech(1))
    expect(names(line.take('ses_1', 4_000))).toEqual([1])
    line.sent(speech(2))
    expect(line.take('ses_1', 9_000)).toEqual([])
  })

  it('is held for so long and no longer', () => {
    const line = begun(100)
    for (let i = 1; i <= 20; i++) line.sent(speech(i))
    expect(names(line.take('ses_1', 0))).toEqual([16, 17, 18, 19, 20])
    const none = begun(0)
    none.sent(speech(1))
    expect(none.take('ses_1', 0)).toEqual([])
    const typed = begun()
    for (let i = 0; i < 1_000; i++) typed.sent(commit)
    expect(typed.take('ses_1', 0)).toHaveLength(500)
  })

  it('keeps what was said among it, once it is sure that it did not arrive', () => {
    const line = begun()
    for (const each of [speech(1), text, speech(2), text, commit]) line.sent(each)
    expect(names(line.take('ses_1', 0))).toEqual([1, 'text', 2, 'text', 'commit'])
    for (const each of [speech(1), text, speech(2), text, commit]) line.sent(each)
    // The typed turn at the end may have arrived, and is not said twice; the end of the turn may be.
    expect(names(line.take('ses_1', 40))).toEqual(['commit'])
  })

  it('arrives whole and once, wherever lines break', () => {
    const cuts = fc.array(
      fc.record({ spoken: fc.nat(40), arrives: fc.double({ min: 0, max: 1, noNaN: true }) }),
    )
    fc.assert(
      fc.property(cuts, rounds => {
        const line = begun()
        const arrived: number[] = []
        let said = 0
        let waiting = line.take('ses_1', 0)
        for (const { spoken, arrives } of [...rounds, { spoken: 0, arrives: 1 }]) {
          const wire = [...waiting, ...Array.from({ length: spoken }, () => speech(++said))]
          for (const each of wire) line.sent(each)
          // Over the bound the oldest would be lost, which is another test's.
          const got = Math.max(Math.round(wire.length * arrives), wire.length - 100)
          arrived.push(...(names(wire.slice(0, got)) as number[]))
          waiting = line.take('ses_1', arrived.length * 20)
        }
        expect(arrived).toEqual(Array.from({ length: said }, (_, i) => i + 1))
      }),
    )
  })
})
