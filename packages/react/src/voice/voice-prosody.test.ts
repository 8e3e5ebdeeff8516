import { describe, expect, it } from 'vitest'
import { silentValues } from '../stream/silence.js'
import { faceInputOf, type HeardProsody } from './voice-prosody.js'

const frame = { ...silentValues, pitchHz: 200, energy: 0.6, speaking: true }
const heard: HeardProsody = { reply: 'r1', frame, viseme: 'aa', next: 'PP', blend: 0.3, gain: 1 }

describe('the face of a live conversation', () => {
  it('shows the frame and the mouth that are heard', () => {
    expect(faceInputOf(heard)).toMatchObject({
      pitchHz: 200,
      energy: 0.6,
      speaking: true,
      viseme: 'aa',
      next: 'PP',
      blend: 0.3,
    })
  })

  it('speaks by visemes alone where no prosody is told', () => {
    expect(faceInputOf({ ...heard, frame: undefined })).toMatchObject({
      speaking: true,
      viseme: 'aa',
      energy: undefined,
    })
  })

  it('moves the mouth by energy where no visemes are told', () => {
    expect(faceInputOf({ ...heard, viseme: 'sil', next: 'sil' }).viseme).toBeUndefined()
    const pause = { ...frame, energy: 0.1 }
    expect(faceInputOf({ ...heard, frame: pause, viseme: 'sil', next: 'sil' }).viseme).toBe('sil')
  })

  it('speaks lower while its voice is lowered', () => {
    expect(faceInputOf({ ...heard, gain: 10 ** (-18 / 20) }).energy).toBeCloseTo(0.3)
    expect(faceInputOf({ ...heard, gain: 0 }).energy).toBe(0)
  })

  it('is silent where nothing is heard', () => {
    const silence = { pitchHz: 0, energy: 0, speaking: false }
    expect(faceInputOf(undefined)).toEqual(silence)
    expect(faceInputOf({ ...heard, reply: undefined })).toEqual(silence)
  })
})
