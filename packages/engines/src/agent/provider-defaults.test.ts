import { describe, expect, it } from 'vitest'
import { parsePriceList } from './price-list.js'
import { parseProviderDefaults } from './provider-defaults.js'

describe('the file of defaults', () => {
  const text = `deepgram:
  stt: { model: ear }
  tts:
    speed: 1
    en: { model: voice-en }
    es: { model: voice-es }
    es-MX: { model: voice-mx }
`
  const defaults = parseProviderDefaults(text, 'd.yaml')

  it('gives options by provider, slot and language, the nearest tag last', () => {
    expect(defaults('stt', 'deepgram', 'en')).toEqual({ model: 'ear' })
    expect(defaults('tts', 'deepgram', 'en-US')).toEqual({ speed: 1, model: 'voice-en' })
    expect(defaults('tts', 'deepgram', 'es-MX')).toEqual({ speed: 1, model: 'voice-mx' })
    expect(defaults('tts', 'deepgram', 'fr')).toEqual({ speed: 1 })
    expect(defaults('llm', 'nobody', 'en')).toEqual({})
  })

  it('is refused with the place of a mistake', () => {
    expect(() => parseProviderDefaults('deepgram: { sst: {} }', 'd.yaml')).toThrow(
      'd.yaml:1:13: unknown key "sst" (did you mean "stt"?)',
    )
  })
})

describe('a price list', () => {
  const prices = parsePriceList(
    `currency: EUR
deepgram: { stt: { "*": { perMinute: 0.6 } } }
anthropic: { llm: { small: { perMillionInput: 1, perMillionOutput: 5, perMillionCached: 0.1 } } }
cartesia: { tts: { "*": { perMillionCharacters: 30 } } }
`,
    'p.yaml',
  )
  const what = (slot: 'stt' | 'llm' | 'tts', provider: string, model?: string) => ({ slot, provider, model })

  it('counts minutes, characters and tokens, those of a cache at their own price', () => {
    expect(prices.currency).toBe('EUR')
    expect(prices.cost(what('stt', 'deepgram', 'any'), { audioMs: 30_000 })).toBeCloseTo(0.3)
    expect(prices.cost(what('tts', 'cartesia'), { characters: 1_000 })).toBeCloseTo(0.03)
    const used = { inputTokens: 1_000_000, cachedTokens: 500_000, outputTokens: 100_000 }
    expect(prices.cost(what('llm', 'anthropic', 'small'), used)).toBeCloseTo(0.5 + 0.05 + 0.5)
  })

  it('knows no cost where it has no price', () => {
    expect(prices.cost(what('llm', 'anthropic', 'large'), { inputTokens: 1 })).toBeUndefined()
    expect(prices.cost(what('llm', 'nobody'), { inputTokens: 1 })).toBeUndefined()
  })

  it('may be JSON, and is refused with the place of a mistake', () => {
    expect(parsePriceList('{"currency":"USD"}', 'p.json').currency).toBe('USD')
    expect(() => parsePriceList('a: { tts: { "*": { perMinte: 1 } } }', 'p.yaml')).toThrow(
      'p.yaml:1:20: unknown key "perMinte" (did you mean "perMinute"?)',
    )
  })
})
