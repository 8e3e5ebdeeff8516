import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFaceMotion, faceAt } from './face-at.js'
import type { Face, FaceInput, ProsodyEmotion, Viseme } from './face-types.js'
import { mouthCurve, mouthPath } from './mouth-curve.js'
import { mouthShapes } from './mouth-shapes.js'

const even = () => 0.5

/** The face after `ms` of the same input, in steps of `stepMs`. */
function after(ms: number, input: FaceInput, { stepMs = 16, motion = createFaceMotion(even) } = {}): Face {
  let face = faceAt(motion, input, 0)
  for (let at = 0; at < ms; at += stepMs) face = faceAt(motion, input, stepMs)
  return structuredClone(face)
}

const spoken = { pitchHz: 180, energy: 0.6, speaking: true } as const

describe('a face', () => {
  it('takes the shape of each viseme within 150 ms', () => {
    for (const viseme of Object.keys(mouthShapes) as Viseme[]) {
      const { mouth } = after(150, { ...spoken, energy: 0.555, viseme })
      for (const [part, value] of Object.entries(mouthShapes[viseme])) {
        expect(Math.abs(mouth[part as keyof typeof mouth] - value), `${viseme} ${part}`).toBeLessThan(0.06)
      }
    }
  })

  it('closes its lips for a p within 40 ms, from any vowel', () => {
    const motion = createFaceMotion(even)
    after(200, { ...spoken, viseme: 'aa' }, { motion })
    const { mouth } = after(40, { ...spoken, viseme: 'PP' }, { motion, stepMs: 8 })
    expect(mouth.open).toBeLessThan(0.1)
    expect(mouth.press).toBeGreaterThan(0.85)
  })

  it('is on the way to the next shape as far as it is told, but keeps a p closed for long', () => {
    const round = (blend: number) => after(200, { ...spoken, viseme: 'nn', next: 'U', blend }).mouth.round
    expect([round(0), round(0.5), round(1)]).toEqual([0, 0.5, 1].map(value => expect.closeTo(value, 1)))
    expect(after(200, { ...spoken, viseme: 'PP', next: 'aa', blend: 0.5 }).mouth.open).toBeLessThan(0.01)
    expect(after(200, { ...spoken, viseme: 'aa', next: 'PP', blend: 0.7 }).mouth.press).toBeGreaterThan(0.95)
  })

  it('opens by energy where no visemes are told, and closes in silence', () => {
    const quiet = after(300, { pitchHz: 150, energy: 0.35 })
    const loud = after(300, { pitchHz: 150, energy: 0.75 })
    expect(loud.mouth.open).toBeGreaterThan(quiet.mouth.open + 0.3)
    expect(after(300, { pitchHz: 0, energy: 0.6, speaking: false }).mouth.open).toBe(0)
  })

  it('shows its teeth in a hiss', () => {
    const hiss = after(200, { pitchHz: 0, energy: 0.55, speaking: true, centroidHz: 5000 })
    const vowel = after(200, { pitchHz: 150, energy: 0.55, speaking: true, centroidHz: 900 })
    expect(hiss.mouth.teeth).toBeGreaterThan(0.9)
    expect(hiss.mouth.open).toBeLessThan(vowel.mouth.open)
  })

  it('raises its brows with the pitch, also where it has to find out what is high', () => {
    expect(after(300, { ...spoken, semitones: 6 }).brow).toBeGreaterThan(
      after(300, { ...spoken, semitones: -6 }).brow + 0.5,
    )
    const motion = createFaceMotion(even)
    const usual = after(3000, { ...spoken, pitchHz: 150 }, { motion })
    const high = after(200, { ...spoken, pitchHz: 230 }, { motion })
    expect(high.brow).toBeGreaterThan(usual.brow + 0.4)
  })

  it('sits up when it is excited and slumps when it is low', () => {
    const posture = (emotion: ProsodyEmotion) => after(1500, { ...spoken, emotion }).posture
    expect(posture('high')).toBeGreaterThan(posture('neutral') + 0.3)
    expect(posture('low')).toBeLessThan(posture('neutral') - 0.3)
    expect(after(1500, { ...spoken, arousal: 1 }).posture).toBeGreaterThan(0.3)
  })

  it('blinks every few seconds and has its eyes open between', () => {
    const motion = createFaceMotion(even)
    let blinks = 0
    let shut = false
    for (let at = 0; at < 60_000; at += 16) {
      const { leftEye } = faceAt(motion, {}, 16)
      if (leftEye < 0.1 && !shut) blinks++
      shut = leftEye < 0.1
    }
    expect(blinks).toBeGreaterThanOrEqual(10)
    expect(blinks).toBeLessThanOrEqual(30)
  })

  it('keeps head and gaze still for people who asked for less motion, and speaks all the same', () => {
    const motion = createFaceMotion(() => 0.1, true)
    for (let at = 0; at < 5000; at += 16) {
      const face = faceAt(motion, { ...spoken, viseme: 'aa', semitones: 8 }, 16)
      const moves = [face.yaw, face.nod, face.tilt, face.breath, face.gazeX, face.gazeY, face.aura.shimmer]
      expect(moves.every(each => Math.abs(each) === 0)).toBe(true)
    }
    expect(motion.face.mouth.open).toBeGreaterThan(0.8)
  })

  it('is the same whatever the screen’s rate', () => {
    const input = { ...spoken, viseme: 'O', semitones: 4 } as const
    const [slow, fast] = [after(480, input, { stepMs: 32 }), after(480, input, { stepMs: 8 })]
    expect(Math.abs(slow.mouth.round - fast.mouth.round)).toBeLessThan(1e-6)
    expect(Math.abs(slow.brow - fast.brow)).toBeLessThan(0.05)
  })

  it('stays within its bounds whatever it is told', () => {
    const odd = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.double({ min: 0, max: 600 }))
    const input = fc.record(
      {
        pitchHz: odd,
        energy: odd,
        semitones: odd,
        arousal: odd,
        centroidHz: odd,
        speaking: fc.boolean(),
        blend: odd,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(input, odd), { maxLength: 20 }), steps => {
        const motion = createFaceMotion(even)
        for (const [told, stepMs] of steps) {
          const { mouth, aura, mood, ...rest } = faceAt(motion, told, stepMs)
          for (const value of [...Object.values(mouth), ...Object.values(rest)])
            expect(Number.isFinite(value)).toBe(true)
          for (const value of Object.values(mouth)) expect(Math.abs(value)).toBeLessThanOrEqual(1.2)
          expect(aura.scale).toBeLessThanOrEqual(1.26)
          expect(mood.neutral).toBeLessThanOrEqual(1.01)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the outline of a mouth', () => {
  it('is wider in a smile, narrower for an o, and open when it speaks', () => {
    const rest = mouthCurve(after(200, {}))
    const smile = mouthCurve(after(900, { emotion: 'high' }))
    const o = mouthCurve(after(200, { ...spoken, viseme: 'O' }))
    expect(smile.halfWidth).toBeGreaterThan(rest.halfWidth)
    expect(o.halfWidth).toBeLessThan(rest.halfWidth * 0.8)
    expect([rest.open, o.open]).toEqual([false, true])
  })

  it('is a closed path for those who draw by SVG', () => {
    expect(mouthPath(after(200, spoken), 100)).toMatch(/^M(-?[\d.]+ ?){2}(C(-?[\d.]+ ?){6}){2}Z$/)
  })
})
