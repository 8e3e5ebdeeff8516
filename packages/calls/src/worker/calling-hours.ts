/**
 * When somebody may be called, by the clocks where they are. A number's country may have several clocks: then the call must
 * be in time by all of them. Windows follow daylight saving by themselves, since they are hours of a day and no durations.
 */

import { DateTime } from 'luxon'

export interface CallingHours {
  /** By ISO weekday, 1 (Monday) to 7; days that are missing are closed. */
  readonly windows: Readonly<Partial<Record<Weekday, readonly CallingWindow[]>>>
  /** Closed all day, as `2026-12-25`. */
  readonly holidays?: readonly string[]
}

export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

export interface CallingWindow {
  /** `HH:MM`, inclusive. */
  readonly from: string
  /** `HH:MM` to `24:00`, exclusive; after `from`. */
  readonly to: string
}

const LOOK_AHEAD_DAYS = 14
const MOST_STEPS = 200

/** The first moment from `atMs` on that is open by all clocks, epoch ms; undefined if none is within two weeks. */
export function nextOpening(hours: CallingHours, zones: readonly string[], atMs: number): number | undefined {
  let momentMs = atMs
  for (let step = 0; step < MOST_STEPS; step++) {
    const openings = zones.map(zone => openingIn(hours, zone, momentMs))
    let latestMs = momentMs
    for (const opening of openings) {
      if (opening === undefined) return undefined
      latestMs = Math.max(latestMs, opening)
    }
    if (latestMs === momentMs) return momentMs
    if (latestMs - atMs > LOOK_AHEAD_DAYS * 86_400_000) return undefined
    momentMs = latestMs
  }
  return undefined
}

function openingIn(hours: CallingHours, zone: string, atMs: number): number | undefined {
  const moment = DateTime.fromMillis(atMs, { zone })
  if (!moment.isValid) return undefined
  for (let day = 0; day <= LOOK_AHEAD_DAYS; day++) {
    const date = moment.plus({ days: day }).startOf('day')
    if (hours.holidays?.includes(date.toISODate() ?? '')) continue
    const opening = windowsOf(hours, date)
      .filter(window => window.toMs > atMs)
      .map(window => Math.max(window.fromMs, atMs))
      .sort((one, other) => one - other)[0]
    if (opening !== undefined) return opening
  }
  return undefined
}

function windowsOf(hours: CallingHours, date: DateTime) {
  return (hours.windows[date.weekday as Weekday] ?? []).map(({ from, to }) => ({
    fromMs: momentOf(date, from),
    toMs: momentOf(date, to),
  }))
}

function momentOf(date: DateTime, time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  if (hour === 24) return date.plus({ days: 1 }).startOf('day').toMillis()
  return date.set({ hour, minute }).toMillis()
}
