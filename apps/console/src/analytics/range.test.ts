import { describe, expect, it } from 'vitest'
import { dayText, questionOf, rangeOf, sessionsHref } from './range.js'

const now = new Date(2026, 2, 15, 16, 20)
const day = (month: number, date: number) => new Date(2026, month - 1, date).getTime()

describe('a range of days', () => {
  it.each([
    ['today', day(3, 15), 'hour'],
    ['7d', day(3, 9), 'day'],
    ['30d', day(2, 14), 'day'],
  ])('of %s ends with today', (range, fromMs, bucket) => {
    expect(rangeOf({ range }, now)).toEqual({ name: range, fromMs, untilMs: day(3, 16), bucket })
  })

  it('that was chosen holds its last day', () => {
    const range = rangeOf({ range: 'custom', from: '2026-01-31', until: '2026-02-01' }, now)
    expect(range).toMatchObject({ fromMs: day(1, 31), untilMs: day(2, 2), bucket: 'hour' })
    expect(dayText(range.untilMs - 1)).toBe('2026-02-01')
  })

  it.each([
    { range: 'custom' },
    { range: 'custom', from: '2026-02-02', until: '2026-02-01' },
    { range: 'custom', from: 'x', until: '2026-02-01' },
    { range: 'ever' },
  ])('that is none is the usual one: %o', query => {
    expect(rangeOf(query, now)).toMatchObject({ fromMs: day(3, 9), untilMs: day(3, 16) })
  })

  it('is never longer than the gateway counts', () => {
    const range = rangeOf({ range: 'custom', from: '2000-01-01', until: '2026-01-01' }, now)
    expect(range.untilMs).toBe(new Date(2000, 0, 401).getTime())
  })

  it('is asked for and linked to with its filters', () => {
    const range = rangeOf({ range: 'today' }, now)
    const query = { range: 'today', agent: 'clinic', edge: '' }
    expect(questionOf(range, query, 'Europe/Madrid')).toBe(
      `from=${day(3, 15)}&until=${day(3, 16)}&bucket=hour&tz=Europe%2FMadrid&agent=clinic`,
    )
    expect(sessionsHref(range, query, { interrupted: 'true' })).toBe(
      '#/sessions?from=2026-03-15&until=2026-03-15&agent=clinic&interrupted=true',
    )
  })
})
