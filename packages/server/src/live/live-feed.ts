/**
 * One client of `/v1/live`. It is sent the difference between what it was told and what is, when it reads: a slow client
 * skips states, never piles them up. One that does not read at all is let go.
 */
import type { Clock } from '@parley/core'
import type { Principal } from '@parley/platform'
import {
  LIVE_FOCUS,
  type LiveServerMessage,
  type LiveSession,
  liveClientMessageSchema,
} from '@parley/protocol'
import { z } from 'zod'
import { seenBy } from './live-sight.js'
import type { LiveView } from './live-view.js'

/** The part of a `ws` socket that is used. */
export interface FeedSocket {
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
  ping(): void
  on(event: 'message', run: (data: unknown, isBinary: boolean) => void): unknown
  on(event: 'close' | 'pong' | 'error', run: () => void): unknown
}

export interface LiveFeedOptions {
  readonly socket: FeedSocket
  readonly principal: Principal
  readonly view: LiveView
  readonly clock: Clock
  readonly epochMs: () => number
  readonly firstTokenTargetMs?: number | undefined
  /** Asked with each ping: false lets the client go, whose token is over or taken back. Default: it never is. */
  isStillKnown?(): Promise<boolean>
}

export interface LiveFeed {
  /** The gateway leaves: closes with 1001. */
  leave(): void
}

/** Beyond it the client is behind, and is told nothing until it has read. */
const MOST_BUFFERED_BYTES = 1 << 18
const PING_MS = 20_000
const MOST_BAD_MESSAGES = 10

type Row = LiveSession
type Change = Partial<Row> & Pick<Row, 'session'>

export function serveLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { socket, principal, view, clock, epochMs, firstTokenTargetMs } = options
  const told = new Map<string, Row>()
  let toldTotal = 0
  let focus: ReadonlySet<string> | undefined
  let bad = 0
  let alive = true
  let over = false
  let refused = false

  const send = (message: LiveServerMessage) => socket.send(JSON.stringify(message))

  function begin(): void {
    const { total, sessions } = seenBy(principal, view)
    for (const row of sessions) told.set(row.session, row)
    toldTotal = total
    const target = firstTokenTargetMs === undefined ? {} : { firstTokenTargetMs }
    const { node, shared } = view
    send({ type: 'snapshot', node, shared, ...target, nowMs: epochMs(), total, sessions })
  }

  function tell(): void {
    if (over || refused || socket.bufferedAmount > MOST_BUFFERED_BYTES) return
    const { total, sessions } = seenBy(principal, view)
    const here = new Set(sessions.map(({ session }) => session))
    const gone = [...told.keys()].filter(session => !here.has(session))
    for (const session of gone) told.delete(session)
    const changed = sessions.flatMap((row, index) => {
      const withLevels = focus === undefined ? index < LIVE_FOCUS : focus.has(row.session)
      const change = changeOf(told.get(row.session), row, withLevels)
      told.set(row.session, row)
      return change === undefined ? [] : [change]
    })
    if (changed.length === 0 && gone.length === 0 && total === toldTotal) return
    send({ type: 'changes', ...(total === toldTotal ? {} : { total }), changed, gone })
    toldTotal = total
  }

  function receive(data: unknown, isBinary: boolean): void {
    const read = isBinary ? undefined : liveClientMessageSchema.safeParse(jsonOf(String(data)))
    if (read?.success === true) {
      focus = new Set(read.data.sessions)
      return
    }
    bad += 1
    if (bad >= MOST_BAD_MESSAGES) return socket.close(1008, 'bad messages')
    if (socket.bufferedAmount > MOST_BUFFERED_BYTES) return
    const message = read === undefined ? 'Messages are JSON text.' : z.prettifyError(read.error)
    send({ type: 'error', code: 'bad_message', message: message.slice(0, 500) })
  }

  function beat(): void {
    if (over) return
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
    stopBeat = clock.after(PING_MS, beat)
    void options.isStillKnown?.().then(isKnown => {
      if (isKnown || over || refused) return
      refused = true
      socket.close(1008, 'Unauthorized')
    })
  }

  begin()
  const unwatch = view.watch(tell)
  let stopBeat = clock.after(PING_MS, beat)
  // Other nodes are read as soon as somebody looks, not at the next turn.
  void view.refresh().then(tell)
  socket.on('message', receive)
  socket.on('pong', () => {
    alive = true
  })
  // A close follows.
  socket.on('error', () => {})
  socket.on('close', () => {
    over = true
    unwatch()
    stopBeat()
    told.clear()
  })
  return { leave: () => socket.close(1001, 'going away') }
}

/** What is new; undefined where nothing is. Levels only where the client shows them. */
function changeOf(before: Row | undefined, row: Row, withLevels: boolean): Change | undefined {
  if (before === row) return undefined
  if (before === undefined) return row
  const change: Record<string, unknown> = {}
  let count = 0
  for (const [name, value] of Object.entries(row)) {
    if (before[name as keyof Row] === value) continue
    if (!withLevels && (name === 'userDbfs' || name === 'agentDbfs')) continue
    change[name] = value
    count += 1
  }
  return count === 0 ? undefined : { ...change, session: row.session }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
