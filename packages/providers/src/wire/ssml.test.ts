import { prosodyOf } from '@parley/core'
import { readSsml } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inPercent, prosodyAttributes, speakElement, xmlText } from './ssml.js'

describe('SSML', () => {
  it('holds any text as text, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), text => {
        const read = readSsml(speakElement(xmlText(text), ' rate="85%"'))
        expect(read?.elements.map(({ name }) => name)).toEqual(['speak', 'prosody'])
        const legal = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
        expect(read?.text).toBe(legal)
      }),
    )
    expect(readSsml(speakElement(xmlText('\ud83d </prosody>&amp;'), ''))?.text).toBe('  </prosody>&amp;')
  })

  it('says only what an emotion changes, with signs, and only what is taken', () => {
    const all = { rate: true, pitch: true, volume: true }
    expect(prosodyAttributes(prosodyOf({}), all)).toBe('')
    expect(prosodyAttributes(prosodyOf({ emotion: 'low' }), all)).toBe(
      ' rate="85%" pitch="-2st" volume="-2dB"',
    )
    expect(prosodyAttributes(prosodyOf({ emotion: 'high' }), all, inPercent)).toBe(
      ' rate="112%" pitch="+18.9%" volume="+2dB"',
    )
    expect(prosodyAttributes(prosodyOf({ emotion: 'high' }), { rate: true })).toBe(' rate="112%"')
  })

  it.each([
    '<speak>a',
    'a',
    '<speak>a & b</speak>',
    '<speak><b></speak></b>',
    '<speak a=1/>',
    '<speak/><speak/>',
    '<p/>',
  ])('is broken: %s', broken => expect(readSsml(broken)).toBeUndefined())
})
