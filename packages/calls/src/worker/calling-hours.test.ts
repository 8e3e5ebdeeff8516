import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, it } from 'vitest'
import { type CallingHours, nextOpening } from './calling-hours.js'
import { zonesOfNumber } from './zones-of-number.js'

const day = [{ from: '09:00', to: '20:00' }]
const weekdays: CallingHours = { windows: { 1: day, 2: day, 3: day, 4: day, 5: day } }
const at = (text: string) => Date.parse(text)
const opening = (zones: readonly string[], text: string, hours = weekdays) => {
  const ms = nextOpening(hours, zones, at(text))
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

it('opens at once inside a window, else at the next one', () => {
  expect(opening(['Europe/Madrid'], '2026-06-01T10:00:00Z')).toBe('2026-06-01T10:00:00.000Z')
  expect(opening(['Europe/Madrid'], '2026-06-05T18:00:00Z')).toBe('2026-06-08T07:00:00.000Z')
})

it('keeps to the clock on the wall over a change of daylight saving', () => {
  expect(opening(['Europe/Madrid'], '2026-03-27T19:30:00Z')).toBe('2026-03-30T07:00:00.000Z')
  expect(opening(['Europe/Madrid'], '2026-03-26T19:30:00Z')).toBe('2026-03-27T08:00:00.000Z')
})

it('is open only when all clocks of a wide country are', () => {
  expect(opening(zonesOfNumber('+12125550100'), '2026-06-01T13:00:00Z')).toBe('2026-06-01T16:00:00.000Z')
  expect(zonesOfNumber('+18085550100')).toEqual(['Pacific/Honolulu'])
})

it('passes over holidays, and says so when nothing opens', () => {
  const hours = { ...weekdays, holidays: ['2026-12-25'] }
  expect(opening(['Europe/Madrid'], '2026-12-25T10:00:00Z', hours)).toBe('2026-12-28T08:00:00.000Z')
  expect(opening(['Europe/Madrid'], '2026-06-01T10:00:00Z', { windows: {} })).toBeUndefined()
})

/** Spring and autumn, north and south; half an hour in Lord Howe, before midnight in Greenland. */
const changing = [
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'America/Nuuk',
]

it('opens in a window by every clock, never early and never later than need be, over all changes of a year', () => {
  const QUARTER_MS = 900_000
  const yearMs = at('2026-01-01T00:00:00Z')
  const minute = fc.integer({ min: 0, max: 95 }).map(quarter => quarter * 15)
  const text = (minutes: number) =>
    `${`${Math.floor(minutes / 60)}`.padStart(2, '0')}:${`${minutes % 60}`.padStart(2, '0')}`
  const window = fc
    .tuple(minute, fc.integer({ min: 1, max: 96 }))
    .map(([from, quarters]) => ({ from: text(from), to: text(Math.min(1440, from + quarters * 15)) }))
  const isOpen = (windows: readonly { from: string; to: string }[], zones: readonly string[], ms: number) =>
    zones.every(zone => {
      const clock = DateTime.fromMillis(ms, { zone }).toFormat('HH:mm')
      return windows.some(({ from, to }) => from <= clock && clock < to)
    })
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 2 }),
      fc.uniqueArray(fc.constantFrom(...changing), { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 0, max: 365 * 96 }),
      (windows, zones, quarter) => {
        const days = { 1: windows, 2: windows, 3: windows, 4: windows, 5: windows, 6: windows, 7: windows }
        const fromMs = yearMs + quarter * QUARTER_MS
        const found = nextOpening({ windows: days }, zones, fromMs)
        const lastMs = found ?? fromMs + 3 * 86_400_000
        for (let ms = fromMs; ms < lastMs; ms += QUARTER_MS) expect(isOpen(windows, zones, ms)).toBe(false)
        if (found !== undefined) expect(isOpen(windows, zones, found)).toBe(true)
      },
    ),
    { numRuns: 80 },
  )
})
