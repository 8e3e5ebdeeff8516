import { type ProsodyFrame, prosodyEmotions } from '@parley/audio'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prosodyAsyncApi } from './asyncapi.js'
import { PROSODY_FRAME_BYTES, readProsodyFrames, writeProsodyFrame } from './binary-frames.js'
import { prosodyClientMessageSchema, prosodyQuerySchema } from './client-messages.js'

const number = fc.float({ noNaN: true, noDefaultInfinity: true })
const frame: fc.Arbitrary<ProsodyFrame> = fc.record({
  atMs: number,
  pitchHz: number,
  voicing: number,
  semitones: number,
  energy: number,
  rms: number,
  levelDb: number,
  loudness: number,
  voicedFraction: number,
  tilt: number,
  centroidHz: number,
  harmonicity: number,
  syllableRate: number,
  speaking: fc.boolean(),
  arousal: number,
  emotion: fc.constantFrom(...prosodyEmotions),
  clipped: fc.boolean(),
})

describe('binary prosody frames', () => {
  it('come back as they were, at any place of a buffer', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 0, max: 3 }), (frames, shift) => {
        const bytes = new Uint8Array(shift + frames.length * PROSODY_FRAME_BYTES)
        const view = new DataView(bytes.buffer)
        for (const [index, each] of frames.entries())
          writeProsodyFrame(each, view, shift + index * PROSODY_FRAME_BYTES)
        expect(readProsodyFrames(bytes.subarray(shift))).toEqual(frames)
      }),
    )
  })

  it('are refused when they are not whole', () => {
    expect(() => readProsodyFrames(new Uint8Array(PROSODY_FRAME_BYTES + 1))).toThrow(RangeError)
  })
})

describe('messages of a prosody client', () => {
  it.each(prosodyClientMessageSchema.options)('have valid examples', schema => {
    const { examples } = schema.meta() ?? {}
    if (!Array.isArray(examples) || examples.length === 0) throw new Error('There is no example.')
    for (const example of examples) expect(() => schema.parse(example)).not.toThrow()
  })

  it('may be configured by text, as an address has it', () => {
    expect(prosodyQuerySchema.parse({ sampleRate: '8000', batchMs: '100', token: 'x' })).toEqual({
      sampleRate: 8000,
      batchMs: 100,
    })
    for (const bad of [{ sampleRate: '7999' }, { sampleRate: 'x' }, { hopSize: '1.5' }, { output: 'xml' }])
      expect(prosodyQuerySchema.safeParse(bad).success).toBe(false)
  })
})

describe('docs/asyncapi-prosody.yaml', () => {
  it('has no reference into the void', () => {
    const document: unknown = JSON.parse(JSON.stringify(prosodyAsyncApi()))
    const at = (path: string) =>
      path
        .replace('#/', '')
        .split('/')
        .reduce<unknown>(
          (value, key) => Object.entries(value ?? {}).find(([name]) => name === key)?.[1],
          document,
        )
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, path]) => path ?? '',
    )
    expect(references.length).toBeGreaterThan(60)
    expect(references.filter(path => at(path) === undefined)).toEqual([])
  })
})
