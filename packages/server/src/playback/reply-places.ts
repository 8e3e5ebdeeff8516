/**
 * Where each sample of a reply was heard, on the session's clock: unbroken stretches, as they were sent. What was thrown
 * away is cut; what was sent again stands where it was heard at last.
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
  for (const event of log) {
    if (event.kind === 'reply-placed') {
      const { reply, fromMs, atMs, durationMs } = event
      const placed = { fromMs, atMs, durationMs }
      const known = replies.get(reply)
      if (known === undefined) replies.set(reply, [placed])
      else {
        // Sent again from an earlier place: the first time was not heard from there on.
        cut(known, fromMs)
        known.push(placed)
      }
    } else if (event.kind === 'reply-cleared') cut(replies.get(event.reply) ?? [], event.heardMs)
  }
  for (const [reply, places] of replies) if (places.length === 0) replies.delete(reply)
  return replies
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
