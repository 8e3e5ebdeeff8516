import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpeechHysteresis, type SpeechOptions } from './speech-hysteresis.js'

const windowMs = 32

/** Feeds one probability per window and returns the changes as `start onset` and `end last-voiced`. */
function changes(probabilities: readonly number[], options?: SpeechOptions): string[] {
  const speech = createSpeechHysteresis(options)
  return probabilities.flatMap((probability, index) => {
    const change = speech.step(probability, index * windowMs, (index + 1) * windowMs)
    if (change === undefined) return []
    return change === 'speech-start' ? [`start ${speech.onsetMs}`] : [`end ${speech.lastVoicedMs}`]
  })
}

const silence = (windows: number) => Array.from({ length: windows }, () => 0.01)
const voice = (windows: number) => Array.from({ length: windows }, () => 0.95)

describe('speech hysteresis', () => {
  it('starts at one sure window and ends at the last voiced one', () => {
    expect(changes([...silence(3), ...voice(10), ...silence(10)])).toEqual(['start 96', 'end 416'])
  })

  it('waits for a second window when the first is in doubt', () => {
    expect(changes([0.01, 0.6, 0.01, 0.01])).toEqual([])
    expect(changes([0.01, 0.6, 0.6])).toEqual(['start 32'])
  })

  it('takes no single window for speech when more than one is asked for', () => {
    expect(changes([0.01, 1, 0.01, 0.01], { minVoicedMs: 40 })).toEqual([])
    expect(changes([0.01, 1, 1], { minVoicedMs: 40 })).toEqual(['start 32'])
  })

  it('dates a start back over its soft beginning, and no further than 96 ms', () => {
    expect(changes([0.01, 0.01, 0.2, 0.4, 0.9])).toEqual(['start 64'])
    expect(changes([0.01, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.9])).toEqual([`start ${7 * windowMs - 96}`])
  })

  it('bridges a silence shorter than the hangover', () => {
    const word = [...voice(5), ...silence(5), ...voice(5), ...silence(10)]
    expect(changes(word)).toEqual(['start 0', 'end 480'])
    expect(changes(word, { hangoverMs: 100 })).toEqual(['start 0', 'end 160', 'start 320', 'end 480'])
  })

  it('goes on through windows that would not have started it', () => {
    expect(changes([...voice(3), 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4])).toEqual(['start 0'])
  })

  it('takes what lies between two windows for silence', () => {
    const speech = createSpeechHysteresis()
    expect(speech.step(0.95, 0, 32)).toBe('speech-start')
    expect(speech.step(0, 32, 1000)).toBe('speech-end')
    expect(speech.lastVoicedMs).toBe(32)
  })

  it('ends what has started when it is reset, once', () => {
    const speech = createSpeechHysteresis()
    speech.step(0.95, 0, 32)
    expect(speech.reset()).toBe('speech-end')
    expect(speech.reset()).toBeUndefined()
    expect(speech.step(0.95, 0, 32)).toBe('speech-start')
  })

  it('alternates starts and ends whose times never go back', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 400 }), probabilities => {
        const parts = changes(probabilities, { hangoverMs: 64 }).map(change => change.split(' '))
        expect(parts.map(([kind]) => kind)).toEqual(parts.map((_, i) => (i % 2 === 0 ? 'start' : 'end')))
        const times = parts.map(([, ms]) => Number(ms))
        expect(times).toEqual([...times].sort((a, b) => a - b))
      }),
    )
  })
})
