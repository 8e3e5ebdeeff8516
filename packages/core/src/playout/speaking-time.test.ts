import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pausesAfter, speakingMs } from './speaking-time.js'
import { spokenNumber } from './spoken-numbers.js'

const plain = (text: string) => text.split(/\s+/).join(' ').trim()

describe('figures read out', () => {
  it.each([
    ['0', 'en', 'zero'],
    ['17', 'en', 'seventeen'],
    ['42', 'en', 'forty two'],
    ['120', 'en', 'one hundred twenty'],
    ['1482', 'en', 'one thousand four hundred eighty two'],
    ['2000000', 'en', 'two million'],
    ['42', 'es-MX', 'cuarenta y dos'],
    ['512', 'es', 'quinientos doce'],
    ['0042', 'es', 'cero cero cuatro dos'],
    ['1234567890', 'en', 'one two three four five six seven eight nine zero'],
  ])('%s in %s is %s', (figures, language, words) => {
    expect(plain(spokenNumber(figures, language))).toBe(words)
  })
})

describe('the time a word takes', () => {
  it('counts what is said and not what is written', () => {
    expect(speakingMs('1482', 'en')).toBeGreaterThan(4 * speakingMs('strengths', 'en') * 0.8)
    expect(speakingMs('thought', 'en')).toBeLessThan(speakingMs('potato', 'en'))
    expect(speakingMs('$20', 'en')).toBe(speakingMs('twenty', 'en') + speakingMs('dollars', 'en'))
    expect(speakingMs('BBC', 'en')).toBeGreaterThan(speakingMs('back', 'en'))
    expect(speakingMs('quien', 'es')).toBeLessThan(speakingMs('ración', 'es'))
  })

  it('is longer before a mark, and none for a mark alone', () => {
    expect(speakingMs('today,', 'en')).toBeGreaterThan(speakingMs('today', 'en'))
    expect(speakingMs(' — ', 'en')).toBe(0)
    expect(pausesAfter('today." ')).toBe(true)
    expect(pausesAfter('today ')).toBe(false)
  })

  it('is finite and never negative, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('en', 'es', 'de'), (word, language) => {
        const ms = speakingMs(word, language)
        expect(Number.isFinite(ms) && ms >= 0).toBe(true)
      }),
    )
  })
})
