import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFrame, readProsodyMessage } from './read-message.js'
import { silentValues } from './silence.js'

describe('reading what a prosody socket says', () => {
  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), content => {
        expect(readProsodyMessage(content).kind).toBeTypeOf('string')
      }),
      { numRuns: 100 },
    )
  })

  it('makes of any fields values within their bounds', () => {
    const field = fc.constantFrom(...Object.keys(silentValues))
    fc.assert(
      fc.property(fc.dictionary(field, fc.anything()), fields => {
        const frame = readFrame(fields)
        for (const [name, silent] of Object.entries(silentValues)) {
          const value = frame[name as keyof typeof frame]
          expect(typeof value).toBe(typeof silent)
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        }
        expect(frame.energy).toBeGreaterThanOrEqual(0)
        expect(frame.energy).toBeLessThanOrEqual(1)
      }),
      { numRuns: 100 },
    )
  })

  it('takes a pitch as a voice where an older gateway says nothing of speaking', () => {
    expect(readFrame({ pitchHz: 200, energy: 0.5 })).toMatchObject({ speaking: true, emotion: 'neutral' })
    expect(readFrame({ pitchHz: 0, energy: 0.5, emotion: 'angry' })).toMatchObject({ speaking: false })
  })

  it('takes the last frame of a batch', () => {
    const message = JSON.stringify({ type: 'batch', frames: [{ pitchHz: 1 }, { pitchHz: 2 }] })
    expect(readProsodyMessage(message)).toMatchObject({ kind: 'frame', frame: { pitchHz: 2 } })
    expect(readProsodyMessage('{"type":"batch","frames":[]}').kind).toBe('bad')
  })
})
