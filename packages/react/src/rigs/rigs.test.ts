import { describe, expect, it } from 'vitest'
import { createFaceMotion, faceAt } from '../face/face-at.js'
import type { Face, FaceInput, Viseme } from '../face/face-types.js'
import { mouthShapes } from '../face/mouth-shapes.js'
import { toArkit } from './arkit.js'
import { toTalkingHead } from './talking-head.js'
import { toVrm } from './vrm.js'

function faceOf(input: FaceInput): Face {
  const motion = createFaceMotion(() => 0.5)
  for (let i = 0; i < 60; i++) faceAt(motion, { pitchHz: 180, energy: 0.6, speaking: true, ...input }, 16)
  return motion.face
}

const visemes = Object.keys(mouthShapes) as Viseme[]

describe('ARKit weights', () => {
  it('are all within 0..1 for every viseme and emotion', () => {
    for (const viseme of visemes) {
      for (const emotion of ['low', 'neutral', 'high', 'detached'] as const) {
        for (const [name, weight] of Object.entries(toArkit(faceOf({ viseme, emotion })))) {
          expect(weight >= 0 && weight <= 1, `${viseme} ${emotion} ${name} ${weight}`).toBe(true)
        }
      }
    }
  })

  it('open the jaw for aa, push the lips for u, spread them for i, press them for p, bite for f', () => {
    const of = (viseme: Viseme) => toArkit(faceOf({ viseme }))
    expect(of('aa').jawOpen).toBeGreaterThan(0.7)
    expect(of('U').mouthPucker).toBeGreaterThan(0.7)
    expect(of('O').mouthFunnel).toBeGreaterThan(of('U').mouthFunnel)
    expect(of('I').mouthStretchLeft).toBeGreaterThan(0.4)
    expect(of('PP')).toMatchObject({ jawOpen: expect.closeTo(0, 2), mouthPressLeft: expect.closeTo(0.8, 1) })
    expect(of('FF').mouthRollLower).toBeGreaterThan(0.7)
    expect(of('TH').tongueOut).toBeGreaterThan(0.3)
    expect(of('aa').tongueOut).toBe(0)
  })

  it('close an eye by its blink and look to the character’s own side', () => {
    const face = { ...faceOf({}), leftEye: 0, gazeX: 0.8, gazeY: -0.5 }
    expect(toArkit(face)).toMatchObject({
      eyeBlinkLeft: 1,
      eyeLookOutLeft: 0.8,
      eyeLookInRight: 0.8,
      eyeLookInLeft: 0,
      eyeLookUpLeft: 0.5,
    })
  })

  it('smile when excited and raise the inner brows when low', () => {
    expect(toArkit(faceOf({ emotion: 'high' })).mouthSmileLeft).toBeGreaterThan(0.7)
    const { browInnerUp, browOuterUpLeft } = toArkit(faceOf({ emotion: 'low', semitones: 0 }))
    expect(browInnerUp).toBeGreaterThan(browOuterUpLeft)
  })
})

describe('VRM weights', () => {
  it.each([
    ['aa', 'aa'],
    ['I', 'ee'],
    ['E', 'ee'],
    ['O', 'oh'],
    ['U', 'ou'],
    ['nn', 'ih'],
  ] as const)('make of %s mostly %s', (viseme, expected) => {
    const { aa, ih, ou, ee, oh } = toVrm(faceOf({ viseme }))
    const mouths = { aa, ih, ou, ee, oh }
    const strongest = Object.entries(mouths).sort((a, b) => b[1] - a[1])[0]
    expect(strongest?.[0]).toBe(expected)
    expect(aa + ih + ou + ee + oh).toBeLessThanOrEqual(1.0001)
  })

  it('close every mouth for a p and at rest', () => {
    for (const viseme of ['PP', 'sil'] as const) {
      const { aa, ih, ou, ee, oh } = toVrm(faceOf({ viseme }))
      expect(aa + ih + ou + ee + oh).toBeLessThan(0.05)
    }
  })

  it('carry the mood', () => {
    expect(toVrm(faceOf({ emotion: 'high' })).happy).toBeGreaterThan(0.4)
    expect(toVrm(faceOf({ emotion: 'low' })).sad).toBeGreaterThan(0.2)
    expect(toVrm({ ...faceOf({}), rightEye: 0 }).blinkRight).toBe(1)
  })
})

describe('visemes for TalkingHead', () => {
  const cues = [
    { viseme: 'sil', startMs: 0, endMs: 40 },
    { viseme: 'PP', startMs: 40, endMs: 100 },
    { viseme: 'aa', startMs: 100, endMs: 260.4 },
    { viseme: 'U', startMs: 260.4, endMs: 260.4 },
  ] as const

  it('are three lists of the same length, without silence and without what has no length', () => {
    expect(toTalkingHead(cues)).toEqual({ visemes: ['PP', 'aa'], vtimes: [40, 100], vdurations: [60, 160] })
  })

  it('begin with the audio that is handed over', () => {
    expect(toTalkingHead(cues, 60)).toEqual({ visemes: ['PP', 'aa'], vtimes: [0, 40], vdurations: [40, 160] })
    expect(toTalkingHead([])).toEqual({ visemes: [], vtimes: [], vdurations: [] })
  })
})
