/**
 * Few messages of what is told of two sides: frames of one side wait for each other, and so do shapes of the mouth;
 * everything else goes at once and behind what was before it. Nothing waits for more than `spanMs` of sound, or twice
 * that of time.
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

export interface SideBatchesOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Sound in one message, ms. */
  readonly spanMs: number
  send(message: SideMessage): void
}

type Prosody = Extract<SideMessage, { type: 'prosody' }>
type Visemes = Extract<SideMessage, { type: 'visemes' }>
type Waiting = { user?: Prosody | undefined; agent?: Prosody | undefined; mouth?: Visemes | undefined }

/** Frames farther apart do not belong together, ms. */
const GAP_MS = 150
/** Shapes farther apart are not neighbours, ms. */
const NEAR_MS = 0.5

export function createSideBatches({ clock, spanMs, send }: SideBatchesOptions): SideBatches {
  const waiting: Waiting = {}
  let stopTimer: Cancel | undefined

  function go(which: keyof Waiting): void {
    const message = waiting[which]
    waiting[which] = undefined
    if (message !== undefined) send(message)
  }

  function flush(): void {
    stopTimer?.()
    stopTimer = undefined
    go('mouth')
    go('agent')
    go('user')
  }

  function hurry(): void {
    stopTimer ??= clock.after(2 * spanMs, () => {
      stopTimer = undefined
      flush()
    })
  }

  function addFrames(message: Prosody): void {
    const { side } = message
    if (waiting[side] !== undefined && !isMore(waiting[side], message)) go(side)
    const before = waiting[side]
    const frames = before === undefined ? message.frames : [...before.frames, ...message.frames]
    waiting[side] = { ...(before ?? message), frames }
    const [firstMs = 0, secondMs = firstMs] = frames.map(({ atMs }) => atMs)
    const lastMs = frames.at(-1)?.atMs ?? 0
    if (lastMs - firstMs + (secondMs - firstMs) >= spanMs) go(side)
    else hurry()
  }

  function addShapes(message: Visemes): void {
    const { mouth } = waiting
    if (mouth !== undefined && !follows(mouth, message)) go('mouth')
    const before = waiting.mouth
    const cues = joined(before === undefined ? message.cues : [...before.cues, ...message.cues])
    waiting.mouth = { ...(before ?? message), cues }
    if ((cues.at(-1)?.endMs ?? 0) - (cues[0]?.startMs ?? 0) >= spanMs) go('mouth')
    else hurry()
  }

  return {
    add(message) {
      if (message.type === 'prosody') return addFrames(message)
      if (message.type === 'visemes') return addShapes(message)
      flush()
      send(message)
    },
    flush,
    close() {
      stopTimer?.()
      stopTimer = undefined
      for (const which of ['user', 'agent', 'mouth'] as const) waiting[which] = undefined
    },
  }
}

/** Whether its frames follow those that wait, in the same sound. */
function isMore(before: Prosody, { frames, ...message }: Prosody): boolean {
  if (before.side === 'agent' && (message.side !== 'agent' || message.reply !== before.reply)) return false
  const last = before.frames.at(-1)?.atMs ?? 0
  const next = frames[0]?.atMs ?? 0
  return next > last && next - last <= GAP_MS
}

function follows({ reply, source, cues }: Visemes, next: Visemes): boolean {
  const untilMs = cues.at(-1)?.endMs ?? 0
  const fromMs = next.cues[0]?.startMs ?? 0
  return next.reply === reply && next.source === source && fromMs >= untilMs - NEAR_MS
}

/** Neighbours of one shape are one. */
function joined(cues: Visemes['cues']): Visemes['cues'] {
  const row: Visemes['cues'] = []
  for (const cue of cues) {
    const last = row.at(-1)
    const isSame = last?.viseme === cue.viseme && cue.startMs - last.endMs <= NEAR_MS
    if (isSame) row[row.length - 1] = { ...last, endMs: cue.endMs }
    else row.push(cue)
  }
  return row
}
