/**
 * The conversations of this process, for those who look on. A row appears with the start of its session and goes with
 * its end. While nobody watches it costs what its events cost; nothing runs and no sound is measured.
 */
import type { AudioFrame } from '@parley/audio'
import type { Cancel, Clock, CloseReason, Tap } from '@parley/core'
import type { LiveSession } from '@parley/protocol'
import { createLiveState, type LiveFacts, type LiveState } from './live-state.js'

/** How often watchers are told, ms; the state and the levels of each session change as often at most. */
export const LIVE_TICK_MS = 250

export interface LiveEntry {
  readonly tenant: string
  readonly row: LiveSession
}

/** What is asked of a session beside its events. */
export interface LiveControl {
  end(reason: CloseReason): void
  /** Devices that stand in it. Default 1. */
  devices?(): number
}

export interface LiveBoard {
  readonly node: string
  /** Looks on at a session. */
  tapOf(facts: LiveFacts, control: LiveControl): Tap
  /** As of the last tick while somebody watches, else as of now. */
  entries(): Iterable<LiveEntry>
  entry(session: string): LiveEntry | undefined
  /** Ends a session of this process; false where it has none such of this tenant. */
  end(session: string, tenant: string): boolean
  /** Called after each tick until cancelled. */
  watch(run: () => void): Cancel
}

interface Held {
  readonly tenant: string
  readonly state: LiveState
  readonly control: LiveControl
  row: LiveSession
}

export interface LiveBoardOptions {
  readonly node: string
  readonly clock: Clock
  readonly epochMs: () => number
}

export function createLiveBoard({ node, clock, epochMs }: LiveBoardOptions): LiveBoard {
  const held = new Map<string, Held>()
  const watchers = new Set<() => void>()
  let stop: Cancel | undefined

  function tick(): void {
    for (const each of held.values()) each.row = each.state.row()
    for (const run of [...watchers]) run()
    stop = watchers.size > 0 ? clock.after(LIVE_TICK_MS, tick) : undefined
  }

  function entryOf(each: Held): LiveEntry {
    // The levels of a look belong to the tick.
    if (watchers.size === 0) each.row = each.state.row()
    return { tenant: each.tenant, row: each.row }
  }

  function begin(facts: LiveFacts, control: LiveControl): Held {
    const state = createLiveState({ facts, node, epochMs, devices: control.devices })
    const begun = { tenant: facts.tenant, state, control, row: state.row() }
    held.set(facts.session, begun)
    return begun
  }

  return {
    node,
    tapOf(facts, control) {
      let mine: Held | undefined
      const measure = (side: 'user' | 'agent', frame: AudioFrame) => {
        if (watchers.size > 0) mine?.state.hear(side, frame)
      }
      return {
        name: 'live',
        userAudio: frame => measure('user', frame),
        agentAudio: frame => measure('agent', frame),
        event(event) {
          if (event.kind === 'session-started') mine = begin(facts, control)
          else if (event.kind !== 'session-ended') mine?.state.event(event)
          // A session that goes on from another of the same name may have taken the place.
          else if (held.get(facts.session) === mine) held.delete(facts.session)
        },
      }
    },
    *entries() {
      for (const each of held.values()) yield entryOf(each)
    },
    entry(session) {
      const found = held.get(session)
      return found && entryOf(found)
    },
    end(session, tenant) {
      const found = held.get(session)
      if (found?.tenant !== tenant) return false
      found.control.end('hang-up')
      return true
    },
    watch(run) {
      watchers.add(run)
      stop ??= clock.after(LIVE_TICK_MS, tick)
      return () => {
        watchers.delete(run)
        if (watchers.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
