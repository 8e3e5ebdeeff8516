/**
 * The feed of live conversations as a value that components watch. Connects while somebody watches; however much comes, the
 * page is told once a frame. What is shown is told to the gateway, which then leaves out the levels of the rest.
 */
import type { LiveServerMessage } from '@parley/protocol'
import { type LevelTable, type LiveLevels, type LiveModel, liveStep } from './live-model.js'

export type FeedStatus = 'connecting' | 'open' | 'lost' | 'unauthenticated' | 'forbidden'

export interface FeedSnapshot {
  readonly status: FeedStatus
  readonly model: LiveModel | undefined
}

export interface LiveFeed {
  readonly snapshot: () => FeedSnapshot
  readonly subscribe: (changed: () => void) => () => void
  /** Calls `run` with the levels of a session as they change, until the returned function is called. */
  watchLevels(session: string, run: (levels: LiveLevels) => void): () => void
  /** Which sessions are shown: at most 200 count. */
  focus(sessions: readonly string[]): void
  /** Tries again at once, with another token perhaps. */
  retry(): void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const MOST_FOCUSED = 200

export function createLiveFeed(token: () => string): LiveFeed {
  const levels: LevelTable = new Map()
  const meters = new Map<string, Set<(levels: LiveLevels) => void>>()
  const watchers = new Set<() => void>()
  let snapshot: FeedSnapshot = { status: 'connecting', model: undefined }
  let next = snapshot
  let socket: WebSocket | undefined
  let frame: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pauseMs = FIRST_PAUSE_MS
  let focused: readonly string[] = []

  function publish(): void {
    frame = undefined
    for (const [session, runs] of meters) {
      const level = levels.get(session)
      if (level !== undefined) for (const run of runs) run(level)
    }
    if (next === snapshot) return
    snapshot = next
    for (const watcher of [...watchers]) watcher()
  }

  /** A page in the background draws no frames; what it missed it is told at the first one. */
  function change(value: FeedSnapshot): void {
    next = value
    frame ??= requestAnimationFrame(publish)
  }

  function receive(data: unknown): void {
    // The gateway of this page wrote it by the same schemas.
    const message = JSON.parse(String(data)) as LiveServerMessage
    if (message.type === 'snapshot') pauseMs = FIRST_PAUSE_MS
    const model = liveStep(next.model, message, { levels, nowMs: Date.now() })
    change(model === next.model && next.status === 'open' ? next : { status: 'open', model })
  }

  function open(): void {
    clearTimeout(timer)
    const bearer = token()
    const protocols = bearer === '' ? ['parley.v1'] : ['parley.v1', `bearer.${bearer}`]
    const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/live`, protocols)
    socket = mine
    mine.onopen = () => tellFocus()
    mine.onmessage = ({ data }) => {
      if (mine === socket) receive(data)
    }
    mine.onclose = ({ code, reason }) => {
      if (mine === socket) lost(code, reason)
    }
  }

  function lost(code: number, reason: string): void {
    socket = undefined
    const refused = code === 1008
    if (refused && reason === 'Unauthorized') return change({ ...next, status: 'unauthenticated' })
    if (refused && reason === 'Forbidden') return change({ ...next, status: 'forbidden' })
    change({ ...next, status: 'lost' })
    timer = setTimeout(open, pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }

  function close(): void {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
    frame = undefined
    const last = socket
    socket = undefined
    last?.close()
    levels.clear()
    snapshot = next = { status: 'connecting', model: undefined }
  }

  function tellFocus(): void {
    if (socket?.readyState !== WebSocket.OPEN) return
    socket.send(JSON.stringify({ type: 'focus', sessions: focused.slice(0, MOST_FOCUSED) }))
  }

  return {
    snapshot: () => snapshot,
    subscribe(changed) {
      watchers.add(changed)
      if (watchers.size === 1) open()
      return () => {
        watchers.delete(changed)
        if (watchers.size === 0) close()
      }
    },
    watchLevels(session, run) {
      const runs = meters.get(session) ?? new Set()
      meters.set(session, runs.add(run))
      return () => {
        runs.delete(run)
        if (runs.size === 0) meters.delete(session)
      }
    },
    focus(sessions) {
      const same = sessions.length === focused.length && sessions.every((each, at) => each === focused[at])
      if (same) return
      focused = sessions
      tellFocus()
    },
    retry() {
      socket?.close()
      socket = undefined
      change({ ...next, status: 'connecting' })
      open()
    },
  }
}
