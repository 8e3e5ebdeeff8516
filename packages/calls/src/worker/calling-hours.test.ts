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
