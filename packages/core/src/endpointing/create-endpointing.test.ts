import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cues, silentCues } from '../ear/cues.js'
import type { EndpointPolicy } from '../floor/policy.js'
import { createEndpointing } from './create-endpointing.js'
import type { Endpointing } from './endpointing.js'

const policy: EndpointPolicy = { minMs: 220, maxMs: 1_200, confidence: 0.85, vendor: 'evidence' }

/** Says syllables of `pitches` (Hz), 120 ms each with 60 ms between, and falls silent; gives the last voiced ms. */
function say(endpointing: Endpointing, pitches: readonly (readonly [number, number])[], fromMs = 0): number {
  let atMs = fromMs
  const frame = (cues: Partial<Cues>): void => {
    endpointing.hear({ ...silentCues, durationMs: 20, atMs, ...cues })
    atMs += 20
  }
  for (const [from, to] of pitches) {
    for (let i = 0; i < 3; i++) frame({ voice: 0.9, levelDb: -40 })
    for (let i = 0; i < 6; i++)
      frame({ voice: 0.9, levelDb: -20, voicing: 0.9, pitchHz: from + ((to - from) * i) / 5 })
  }
  const lastMs = atMs
  for (let i = 0; i < 10; i++) frame({})
  endpointing.paused(lastMs)
  return lastMs
}

function waitAfter(...pitches: readonly (readonly [number, number])[]) {
  const endpointing = createEndpointing(policy, 'en')
  endpointing.begin()
  say(endpointing, pitches)
  return endpointing.wait()
}

const level = [180, 180] as const
const kinds = (endpointing: Endpointing) => endpointing.wait().reasons.map(({ kind }) => kind)

describe('endpointing', () => {
  it('knows nothing but usual pauses of an ear without melody', () => {
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    endpointing.hear({ ...silentCues, voice: 1, durationMs: 20 })
    endpointing.paused(20)
    expect(kinds(endpointing)).toEqual(['pause-median'])
    expect(endpointing.wait().ms).toBeGreaterThan(policy.minMs)
    expect(endpointing.wait().ms).toBeLessThan(policy.maxMs)
  })

  it('gives a wait for a turn that was opened after its voice had ended', () => {
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    expect(kinds(endpointing)).toEqual(['pause-median'])
  })

  it('waits longer after a level melody than after a fall or a rise', () => {
    const levelMs = waitAfter(level, level, level).ms
    expect(waitAfter(level, level, [180, 120]).ms).toBeLessThan(levelMs)
    expect(waitAfter(level, level, [180, 250]).ms).toBeLessThan(levelMs)
  })

  it('waits longer after a drawn-out level sound, as of "um"', () => {
    const syllables = Array.from({ length: 8 }, () => level)
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    let atMs = say(endpointing, syllables)
    const plainMs = endpointing.wait().ms
    atMs += 200
    endpointing.resumed(atMs)
    for (let i = 0; i < 24; i++, atMs += 20)
      endpointing.hear({ ...silentCues, atMs, durationMs: 20, voice: 0.9, voicing: 0.9, pitchHz: 180 })
    endpointing.paused(atMs)
    expect(kinds(endpointing)).toContain('drawl')
    expect(endpointing.wait().ms).toBeGreaterThan(plainMs)
  })

  it('waits longer where the voice is still high than where it has come down', () => {
    const high = Array.from({ length: 10 }, () => [200, 200] as const)
    const low = [...high.slice(0, 6), ...Array.from({ length: 4 }, () => [140, 140] as const)]
    expect(waitAfter(...low).ms).toBeLessThan(waitAfter(...high).ms)
  })

  it.each([
    ['I would like a', 'I would like a table', 'longer after words that want another'],
    ['um', 'table', 'longer after a sound of thinking'],
    ['my number is four two four', 'my number is secret', 'longer in a dictated number'],
    ['a table', 'yes, please', 'shorter after a whole answer'],
    ['a table', 'I want a table.', 'shorter after a full stop'],
  ])('of "%s" and "%s" waits %s', (slow, fast) => {
    const after = (text: string, final: boolean) => {
      const endpointing = createEndpointing(policy, 'en')
      endpointing.begin()
      endpointing.words({ text, final })
      return endpointing.wait().ms
    }
    expect(after(slow, true)).toBeGreaterThan(after(fast, true))
    // Words that may change move it less.
    const [slowMs, fastMs] = [after(slow, false), after(fast, false)]
    expect(slowMs - fastMs).toBeGreaterThan(0)
    expect(slowMs - fastMs).toBeLessThanOrEqual(after(slow, true) - after(fast, true))
  })

  it('knows the words of the language it is told', () => {
    const after = (language: string) => {
      const endpointing = createEndpointing(policy, language)
      endpointing.begin()
      endpointing.words({ text: 'quiero una mesa para', final: true })
      return endpointing.wait().ms
    }
    expect(after('es')).toBe(policy.maxMs)
    expect(after('fr')).toBeLessThan(policy.maxMs)
  })

  it('takes a vendor at its word until the caller goes on', () => {
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    endpointing.paused(1_000)
    const { ms } = endpointing.wait()
    endpointing.signal('eager-end', 0.7)
    const eagerMs = endpointing.wait().ms
    endpointing.signal('end', 0.95)
    expect(eagerMs).toBeLessThan(ms)
    expect(endpointing.wait().ms).toBe(policy.minMs)
    endpointing.signal('resume')
    expect(endpointing.wait().ms).toBeGreaterThan(ms)
    endpointing.resumed(1_400)
    endpointing.paused(2_000)
    expect(kinds(endpointing)).not.toContain('vendor')
  })

  it('does not judge by words from before the caller went on', () => {
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    endpointing.words({ text: 'I want a', final: true })
    endpointing.paused(1_000)
    expect(kinds(endpointing)).toContain('words')
    endpointing.resumed(1_400)
    endpointing.paused(2_000)
    expect(kinds(endpointing)).not.toContain('words')
    endpointing.words({ text: 'I want a table', final: false })
    expect(kinds(endpointing)).toContain('words')
  })

  it('does not listen to a vendor that is ignored', () => {
    const endpointing = createEndpointing({ ...policy, vendor: 'ignored' }, 'en')
    endpointing.begin()
    endpointing.signal('end', 0.99)
    expect(kinds(endpointing)).not.toContain('vendor')
  })

  const afterPauses = (
    pausesMs: readonly number[],
    between: (endpointing: Endpointing) => void = () => {},
  ) => {
    const endpointing = createEndpointing(policy, 'en')
    endpointing.begin()
    for (const pauseMs of pausesMs) {
      endpointing.paused(1_000)
      between(endpointing)
      endpointing.resumed(1_000 + pauseMs)
    }
    endpointing.paused(9_000)
    return endpointing.wait().ms
  }

  it('learns that this caller pauses long, or briefly', () => {
    const usualMs = afterPauses([])
    expect(afterPauses([900, 950, 1_000])).toBeGreaterThan(usualMs)
    expect(afterPauses([230, 240, 250, 235])).toBeLessThan(usualMs)
  })

  it('keeps what it learnt for the next turn, also of turns that it had closed too early', () => {
    const onceMs = afterPauses([900, 950, 1_000])
    expect(afterPauses([900, 950, 1_000], endpointing => endpointing.ended())).toBe(onceMs)
    const endpointing = createEndpointing(policy, 'en')
    for (const pauseMs of [900, 950, 1_000]) {
      endpointing.begin()
      endpointing.paused(1_000)
      endpointing.resumed(1_000 + pauseMs)
      endpointing.ended()
    }
    endpointing.begin()
    endpointing.paused(1_000)
    expect(endpointing.wait().ms).toBe(onceMs)
  })

  it('learns nothing of a silence too long for a pause', () => {
    expect(afterPauses([30_000, 60_000])).toBe(afterPauses([]))
  })

  it('forgets old habits in a long call', () => {
    const slow = Array.from({ length: 100 }, () => 1_000)
    const quick = Array.from({ length: 60 }, () => 250)
    expect(afterPauses([...slow, ...quick])).toBeLessThan(afterPauses([...slow, ...quick.slice(0, 10)]))
  })
})

type Call = (endpointing: Endpointing) => void
const anyMs = fc.integer({ min: 0, max: 100_000 })
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  fc.constant<Call>(endpointing => endpointing.begin()),
  fc.constant<Call>(endpointing => endpointing.ended()),
  anyMs.map<Call>(ms => endpointing => endpointing.paused(ms)),
  anyMs.map<Call>(ms => endpointing => endpointing.resumed(ms)),
  fc
    .record({
      text: fc.constantFrom('', 'um', 'the', 'yes', 'five five', 'a table.', 'table'),
      final: fc.boolean(),
    })
    .map<Call>(words => endpointing => endpointing.words(words)),
  fc
    .tuple(
      fc.constantFrom('start', 'update', 'eager-end', 'resume', 'end'),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    )
    .map<Call>(
      ([signal, confidence]) =>
        endpointing =>
          endpointing.signal(signal, confidence),
    ),
  fc
    .record({
      atMs: anyMs,
      durationMs: fc.constantFrom(10, 20, 60),
      voice: fc.constantFrom(0, 0.4, 0.6, 1),
      pitchHz: fc.constantFrom(0, 80, 120, 200, 390),
      voicing: fc.constantFrom(0, 0.6, 1),
    })
    .map<Call>(cues => endpointing => endpointing.hear({ ...silentCues, ...cues })),
)
const anyPolicy = fc.record({
  minMs: fc.integer({ min: 0, max: 2_000 }),
  maxMs: fc.integer({ min: 0, max: 5_000 }),
  confidence: fc.double({ min: 0.01, max: 0.999, noNaN: true }),
  vendor: fc.constantFrom('evidence' as const, 'decides' as const, 'ignored' as const),
})

describe('endpointing, whatever happens', () => {
  it('keeps the wait between the bounds and the certainty between 0 and 1', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyCall, { maxLength: 60 }), (given, calls) => {
        const endpointing = createEndpointing(given, 'en')
        for (const call of calls) {
          call(endpointing)
          const { ms, complete } = endpointing.wait()
          expect(ms).toBeGreaterThanOrEqual(given.minMs)
          expect(ms).toBeLessThanOrEqual(Math.max(given.minMs, given.maxMs))
          expect(complete).toBeGreaterThan(0)
          expect(complete).toBeLessThan(1)
        }
      }),
    )
  })

  it('decides the same for the same calls', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 60 }), calls => {
        const [one, other] = [createEndpointing(policy, 'en'), createEndpointing(policy, 'en')]
        for (const call of calls) {
          call(one)
          call(other)
        }
        expect(one.wait()).toEqual(other.wait())
      }),
    )
  })

  it('never waits longer for being surer that the turn is over, nor shorter for a higher confidence', () => {
    fc.assert(
      fc.property(
        fc.array(anyCall, { maxLength: 40 }),
        fc.constantFrom('end' as const, 'eager-end' as const),
        fc.double({ min: 0.01, max: 0.98, noNaN: true }),
        (calls, signal, confidence) => {
          const at = (sure: number) => {
            const endpointing = createEndpointing({ ...policy, confidence: sure }, 'en')
            for (const call of calls) call(endpointing)
            return endpointing
          }
          expect(at(confidence).wait().ms).toBeLessThanOrEqual(at(confidence + 0.01).wait().ms)
          const told = at(0.85)
          told.signal('start')
          const before = told.wait()
          told.signal(signal, confidence)
          const after = told.wait()
          expect(after.complete).toBeGreaterThanOrEqual(before.complete)
          expect(after.ms).toBeLessThanOrEqual(before.ms)
        },
      ),
    )
  })
})
