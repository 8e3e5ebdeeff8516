/**
 * Where a place of what an analyser heard stands in what it was of: the caller's media time, or a reply's audio, and when
 * that is heard. An analyser hears one row of samples; replies that follow one another, sound that is sent again and the
 * silence between are stretches of it. Bounded: only the last stretches are known, the oldest goes on backwards.
 */

export interface SidePlace {
  /** The reply, or whose sound it is; undefined for silence that nobody sent and for what was thrown away. */
  readonly owner: string | undefined
  /** Place in the owner's sound, ms. */
  readonly placeMs: number
  /** When it is heard, ms since the session began. */
  readonly heardAtMs: number
}

export interface SidePlaces {
  /** Ms of all that was heard. */
  readonly endMs: number
  /** Whether sound of `owner` from `placeMs` on would follow what was heard last. */
  goesOn(owner: string, placeMs: number): boolean
  /** More was heard. */
  add(place: SidePlace, durationMs: number): void
  /** Of `owner` nothing beyond `placeMs` counts. */
  cut(owner: string, placeMs: number): void
  /** What stands at `atMs` of all that was heard; undefined before anything was. */
  find(atMs: number): SidePlace | undefined
  /** The last place up to there that has an owner. */
  lastOwned(atMs: number): SidePlace | undefined
}

interface Stretch {
  readonly fromMs: number
  readonly place: SidePlace
  durationMs: number
}

const MOST = 64
/** Places may be off by this much through rounding, ms. */
const SLACK_MS = 1
/** An estimate of when something is heard that changes by less is no news, ms. */
const HEARD_SLACK_MS = 2

export function createSidePlaces(): SidePlaces {
  let stretches: Stretch[] = []
  let endMs = 0

  const at = ({ fromMs, place }: Stretch, ms: number): SidePlace => ({
    owner: place.owner,
    placeMs: place.placeMs + ms - fromMs,
    heardAtMs: place.heardAtMs + ms - fromMs,
  })
  const isNear = (a: number, b: number, slack: number) => Math.abs(a - b) <= slack

  return {
    get endMs() {
      return endMs
    },
    goesOn(owner, placeMs) {
      const last = stretches.at(-1)
      return last?.place.owner === owner && isNear(last.place.placeMs + last.durationMs, placeMs, SLACK_MS)
    },
    add(place, durationMs) {
      const last = stretches.at(-1)
      const isMore =
        last !== undefined &&
        last.place.owner === place.owner &&
        isNear(last.place.placeMs + last.durationMs, place.placeMs, SLACK_MS) &&
        isNear(last.place.heardAtMs + last.durationMs, place.heardAtMs, HEARD_SLACK_MS)
      if (isMore) last.durationMs += durationMs
      else stretches.push({ fromMs: endMs, place, durationMs })
      if (stretches.length > MOST) stretches.shift()
      endMs += durationMs
    },
    cut(owner, placeMs) {
      stretches = stretches.flatMap(stretch => {
        const { place, durationMs, fromMs } = stretch
        const keptMs = Math.max(0, placeMs - place.placeMs)
        if (place.owner !== owner || keptMs >= durationMs) return [stretch]
        const rest = at(stretch, fromMs + keptMs)
        const nobody = {
          place: { ...rest, owner: undefined },
          fromMs: fromMs + keptMs,
          durationMs: durationMs - keptMs,
        }
        return keptMs === 0 ? [nobody] : [{ fromMs, place, durationMs: keptMs }, nobody]
      })
    },
    find(ms) {
      const stretch = stretches.findLast(({ fromMs }) => fromMs <= ms) ?? stretches[0]
      return stretch === undefined ? undefined : at(stretch, ms)
    },
    lastOwned(ms) {
      const stretch = stretches.findLast(({ fromMs, place }) => fromMs <= ms && place.owner !== undefined)
      return stretch === undefined
        ? undefined
        : at(stretch, Math.min(ms, stretch.fromMs + stretch.durationMs))
    },
  }
}
