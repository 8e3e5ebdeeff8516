/**
 * Few messages of what is told of two sides: frames of one side wait for each other, everything else goes at once and
 * behind the frames that were before it. Frames wait no longer than `spanMs` of sound, or twice that of time.
 */
import type { Cancel, Clock } from '@parley/core'
import type { SideMessage } from '@parley/protocol'

export interface SideBatches {
  add(message: SideMessage): void
  /** What waits goes now. */
  flush(): void
  /** What waits is dropped. */
  close(): void
}

type Prosody = Extract<SideMessage, { type: 'prosody' }>

export interface SideBatchesOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Sound in one message, ms. */
  readonly spanMs: number
  send(message: SideMessage): void
}

export function createSideBatches({ clock, spanMs, send }: SideBatchesOptions): SideBatches {
  const waiting: { user: Prosody | undefined; agent: Prosody | undefined } = {
    user: undefined,
    agent: undefined,
  }
  let stopTimer: Cancel | undefined

  function go(side: 'user' | 'agent'): void {
    const message = waiting[side]
    waiting[side] = undefined
    if (message !== undefined) send(message)
  }

  function flush(): void {
    stopTimer?.()
    stopTimer = undefined
    go('agent')
    go('user')
  }

  function addFrames(message: Prosody): void {
    const { side } = message
    const before = waiting[side]
    if (before !== undefined && !isMore(before, message)) go(side)
    const frames = [...(waiting[side]?.frames ?? []), ...message.frames]
    waiting[side] = { ...(waiting[side] ?? message), frames }
    const [first] = frames
    const last = frames.at(-1)
    const hopMs = frames.length < 2 ? 0 : (frames[1]?.atMs ?? 0) - (first?.atMs ?? 0)
    if ((last?.atMs ?? 0) - (first?.atMs ?? 0) + hopMs >= spanMs) return go(side)
    stopTimer ??= clock.after(2 * spanMs, () => {
      stopTimer = undefined
      flush()
    })
  }

  return {
    add(message) {
      if (message.type === 'prosody') return addFrames(message)
      // Shapes are not of a time before the frames that wait.
      if (message.type !== 'visemes') flush()
      send(message)
    },
    flush,
    close() {
      stopTimer?.()
      waiting.user = undefined
      waiting.agent = undefined
    },
  }
}

/** Whether its frames follow those that wait, in the same sound. */
function isMore(before: Prosody, { frames, ...message }: Prosody): boolean {
  if (before.side === 'agent' && (message.side !== 'agent' || message.reply !== before.reply)) return false
  const last = before.frames.at(-1)?.atMs ?? 0
  const next = frames[0]?.atMs ?? 0
  return next > last && next - last <= 150
}
