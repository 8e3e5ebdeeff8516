import { describe, expect, it } from 'vitest'
import { isHosted, shutdowns, shutdownWarning } from './shutdowns.js'

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)

describe('what OpenAI ends', () => {
  it('has a date and a successor for each name, and no name twice', () => {
    const names = shutdowns.map(({ what }) => what)
    expect(new Set(names).size).toBe(names.length)
    for (const { endsOn, successor } of shutdowns) {
      expect(Number.isNaN(Date.parse(endsOn))).toBe(false)
      expect(successor).not.toBe('')
    }
    expect(shutdowns.some(({ successor }) => names.includes(successor))).toBe(false)
  })

  it('says how near an end is, and when it is past', () => {
    expect(shutdownWarning(['tts-1'], at('2026-12-27'))?.message).toMatch(
      /ends on 2027-01-06, in 10 days; use/,
    )
    expect(shutdownWarning(['whisper-1'], at('2027-03-01'))?.message).toMatch(
      /whisper-1 .* ended on 2027-02-26/,
    )
    expect(shutdownWarning(['another', '/audio/speech'], at('2026-12-27'))?.details).toMatchObject({
      what: '/audio/speech',
      days: 10,
    })
    expect(shutdownWarning(['another'], at('2026-12-27'))).toBeUndefined()
  })

  it('knows OpenAI from those who imitate it', () => {
    expect(['https://api.openai.com/v1', 'https://eu.api.openai.com/v1'].map(isHosted)).toEqual([true, true])
    const others = ['http://127.0.0.1:8000/v1', 'https://openai.com.example/v1', 'https://notopenai.com/v1']
    expect(others.map(isHosted)).toEqual([false, false, false])
  })
})
