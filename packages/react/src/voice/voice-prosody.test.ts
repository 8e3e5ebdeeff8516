import { describe, expect, it } from 'vitest'
import { silentValues } from '../stream/silence.js'
import { faceInputOf } from './voice-prosody.js'

describe('the face of a live conversation', () => {
  it('shows the frame and the mouth that are heard', () => {
    const frame = { ...silentValues, pitchHz: 200, energy: 0.6, speaking: true }
    const heard = { frame, viseme: 'aa', nextViseme: 'PP', nextInMs: 40 } as const
    expect(faceInputOf(heard)).toMatchObject({ pitchHz: 200, speaking: true, viseme: 'aa', nextInMs: 40 })
  })

  it('speaks by visemes alone where no prosody is told', () => {
    expect(faceInputOf({ viseme: 'O' })).toMatchObject({ speaking: true, viseme: 'O' })
  })

  it('is silent where nothing is heard', () => {
    expect(faceInputOf(undefined)).toEqual({ pitchHz: 0, energy: 0, speaking: false })
    expect(faceInputOf({})).toEqual({ pitchHz: 0, energy: 0, speaking: false })
  })
})
