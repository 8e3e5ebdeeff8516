import { describe, expect, it } from 'vitest'
import { createWordPlace } from './word-place.js'
import { isSounding, unfinishedFrom, writtenWords } from './written-words.js'

const split = (text: string) => writtenWords(text).map(({ start, end }) => text.slice(start, end))

describe('the words of a text', () => {
  it('have their marks, and marks alone belong to the word before', () => {
    expect(split('¿Qué? – “Sí,” dijo (ella) !')).toEqual(['¿Qué? –', '“Sí,”', 'dijo', '(ella) !'])
    expect(split('— so it is')).toEqual(['— so', 'it', 'is'])
    expect(split(' 👍 … ')).toEqual([])
  })

  it('are characters where a script has no spaces', () => {
    expect(split('你好，world。')).toEqual(['你', '好，', 'world。'])
  })

  it('may still grow at the end, but not in a script without spaces', () => {
    expect(unfinishedFrom('one tw')).toBe(4)
    expect(unfinishedFrom('one ')).toBe(4)
    expect(unfinishedFrom('你好')).toBe(2)
    expect(isSounding(' — ')).toBe(false)
  })
})

describe('the place of a reported word', () => {
  const placeIn = (text: string) => createWordPlace(text, writtenWords(text))

  it('is found without its marks and in any case', () => {
    const place = placeIn('“Hello,” SAID she.')
    expect(place.find('hello')).toEqual({ index: 0, lastIndex: 0, opens: true, closes: true })
    expect(place.find('said')).toMatchObject({ index: 1 })
    expect(place.find('she.')).toMatchObject({ index: 2 })
  })

  it('closes a word only with its last part', () => {
    const place = placeIn('twenty-one years')
    expect(place.find('twenty')).toEqual({ index: 0, lastIndex: 0, opens: true, closes: false })
    expect(place.find('-one')).toEqual({ index: 0, lastIndex: 0, opens: false, closes: true })
    expect(place.find('years')).toMatchObject({ index: 1, opens: true })
  })

  it('skips a few that a voice leaves out, and knows what is not there', () => {
    const place = placeIn('It costs $5 today only')
    expect(place.find('It')).toMatchObject({ index: 0 })
    expect(place.find('five')).toBeUndefined()
    expect(place.find('today')).toMatchObject({ index: 3 })
  })

  it('may be several words at once', () => {
    expect(placeIn('New York is big').find('New York')).toMatchObject({
      index: 0,
      lastIndex: 1,
      closes: true,
    })
  })
})
