/**
 * Where each sample of a reply stands on the session's clock: unbroken stretches, one behind the other. As recordings do, they
 * stand a round trip after they left, which is where the caller's answer to them would come in: so both sides are to each
 * other as at the caller's ear. What was thrown away is cut; what was sent again stands where it was heard at last.
 */

import type { LoggedEvent } from '@parley/platform'

export interface PlacedStretch {
  /** Where it begins in the reply's sound, ms. */
  readonly fromMs: number
  /** When that was heard. */
  readonly atMs: number
  durationMs: number
}

/** Stretches of one reply in order of its sound; never empty. */
export type ReplyPlaces = readonly PlacedStretch[]

export function placesOf(log: readonly LoggedEvent[]): ReadonlyMap<string, ReplyPlaces> {
  const replies = new Map<string, PlacedStretch[]>()
  const ways = roundTripsOf(log)
  let last: PlacedStretch | undefined
  for (const [index, event] of log.entries()) {
    if (event.kind === 'reply-placed') {
      const { reply, fromMs, leftMs, durationMs } = event
      const known = replies.get(reply) ?? []
      replies.set(reply, known)
      // Sent again from an earlier place: the first time was not heard from there on.
      cut(known, fromMs)
      const wayMs = ways[index]
      const soonestMs = wayMs === undefined ? event.atMs : leftMs + wayMs
      const atMs = Math.max(soonestMs, last === undefined ? soonestMs : last.atMs + last.durationMs)
      last = { fromMs, atMs, durationMs }
      known.push(last)
    } else if (event.kind === 'reply-cleared') cut(replies.get(event.reply) ?? [], event.heardMs)
  }
  for (const [reply, places] of replies) if (places.length === 0) replies.delete(reply)
  return replies
}

/** For each entry the round trip as it was known then, or else first after it; undefined where it never was. */
function roundTripsOf(log: readonly LoggedEvent[]): readonly (number | undefined)[] {
  const ways = new Array<number | undefined>(log.length)
  let later: number | undefined
  for (let at = log.length - 1; at >= 0; at--) {
    const event = log[at]
    if (event?.kind === 'reply-placed' && event.roundTripMs !== undefined) later = event.roundTripMs
    ways[at] = later
  }
  return ways
}

/** The end of what was heard, by what is known last: a report after a cut may say that more of it was. */
export function endedAt(places: ReplyPlaces, heardMs: number): ReplyPlaces {
  const kept = places.map(place => ({ ...place }))
  cut(kept, heardMs)
  const last = kept.at(-1)
  if (last === undefined) return places.slice(0, 1).map(place => ({ ...place, durationMs: 0 }))
  last.durationMs = Math.max(last.durationMs, heardMs - last.fromMs)
  return kept
}

/** When the sample at `replyMs` was heard; `side` says of which stretch the border between two is. */
export function heardAt(places: ReplyPlaces, replyMs: number, side: 'begin' | 'end'): number {
  let place = places[0]
  for (const next of places) {
    if (side === 'begin' ? next.fromMs > replyMs : next.fromMs >= replyMs) break
    place = next
  }
  if (place === undefined) return 0
  return place.atMs + Math.min(Math.max(0, replyMs - place.fromMs), place.durationMs)
}

function cut(places: PlacedStretch[], heardMs: number): void {
  for (let last = places.at(-1); last !== undefined; last = places.at(-1)) {
    const keptMs = heardMs - last.fromMs
    if (keptMs >= last.durationMs) return
    if (keptMs > 0) {
      last.durationMs = keptMs
      return
    }
    places.pop()
  }
}
