/** What can be asked for; everything else is refused with a sentence, before the database hears of it. */

import { ParleyError } from '@parley/core'
import { isStorable } from '../store/json-text.js'
import type { AnalyticsQuery } from './analytics.js'

const longestMs = { day: 400 * 86_400_000, hour: 31 * 86_400_000 } as const
/** Around the year 2200; beyond what calendars of databases agree about. */
const latestMs = 7_258_118_400_000

/** @throws ParleyError `bad_message` */
export function checkQuery({ fromMs, untilMs, bucket, timeZone, ...names }: AnalyticsQuery): void {
  if (!(fromMs >= 0 && untilMs > fromMs && untilMs <= latestMs))
    throw new ParleyError('bad_message', 'The time must begin before it ends; give both as ms since 1970.')
  if (untilMs - fromMs > longestMs[bucket]) {
    const days = longestMs[bucket] / 86_400_000
    throw new ParleyError('bad_message', `By the ${bucket}, at most ${days} days are told; ask for fewer.`)
  }
  if (!isTimeZone(timeZone))
    throw new ParleyError('bad_message', 'The time zone is not known; give one as in Europe/Madrid.')
  if (!Object.values(names).every(name => name === undefined || isStorable(name)))
    throw new ParleyError('bad_message', 'A name may not have U+0000 in it.')
}

/** Names alone: an offset or an abbreviation has no changes of clocks, and databases read its sign the other way. */
function isTimeZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
