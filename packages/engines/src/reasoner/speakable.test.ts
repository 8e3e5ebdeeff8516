import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutForSpeech, speakable } from './speakable.js'

describe('a speakable text', () => {
  it.each([
    ['**Yes**, we _can_ do `that`.', 'Yes, we can do that.'],
    ['## Decision\n\n- A full refund\n- Free breakfast', 'Decision, A full refund, Free breakfast'],
    ['1. First.\n2) Second.', 'First. Second.'],
    ['See [the rules](https://x.example/y) 😀👍🏽 please', 'See the rules please'],
    ['```json\nno\n```', 'no'],
    ['| a | b |\n|---|---|\n| c | d |', 'a, b, c, d'],
    ['> Quoted <b>bold</b>', 'Quoted bold'],
    ['It is 5 * 3 * 2, snake_case_word, -5 degrees.', 'It is 5 * 3 * 2, snake_case_word, -5 degrees.'],
    ['Acme® pays you 50 €.', 'Acme® pays you 50 €.'],
    ['---', ''],
    [' \n ', ''],
  ])('has no markup: %j', (text, expected) => {
    expect(speakable(text)).toBe(expected)
  })

  it('keeps plain sentences as they are', () => {
    const sentence = fc
      .stringMatching(/^[A-Za-zñá][a-zñá ,']{0,30}[a-z]\.$/)
      .map(text => text.replace(/ +/g, ' '))
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), sentences => {
        const text = sentences.join(' ')
        expect(speakable(text)).toBe(text)
      }),
    )
  })

  it('is one line without pictures, whatever is written', () => {
    const piece = fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '\n',
      '- ',
      '# ',
      '|',
      '[a](b)',
      'word',
      '😀',
      '<b>',
      ' ',
      '1. ',
    )
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        expect(speakable(pieces.join(''))).not.toMatch(/[\n`😀]|\*\*|^\s|\s$/u)
      }),
    )
  })

  it('is cut behind a whole sentence, else behind a whole word', () => {
    expect(cutForSpeech('One. Two is long.', 8)).toBe('One.')
    expect(cutForSpeech('one two three', 9)).toBe('one two…')
    expect(cutForSpeech('one two', 9)).toBe('one two')
  })
})
