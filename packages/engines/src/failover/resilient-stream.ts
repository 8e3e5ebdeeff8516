/** One conversation's ear over several recognisers; see `resilient-recogniser`. */

import type { Resampling } from '@parley/audio'
import { ParleyError, type SpeechToText, type SttEvent, type SttOptions, type SttStream } from '@parley/core'
import { createFinishWatch } from './finish-watch.js'
import { freshTranscript } from './fresh-transcript.js'
import type { KnownWaits } from './known-waits.js'
import type { LineUp, Use } from './line-up.js'
import { giveUp } from './race.js'
import { openLine, type RecogniserLine } from './recogniser-line.js'
import { createSoundRing } from './sound-ring.js'
import type { Tries } from './tries.js'

export interface ResilientStreamOptions {
  readonly lineUp: LineUp<SpeechToText>
  readonly sampleRate: number
  readonly resampling: Resampling | undefined
  readonly ringMs: number
  readonly quietMs: number
  readonly finishMs: number
  /** For the answer to `finish`. */
  readonly waits: KnownWaits
  readonly backOffMs: number
}

/** How often the wait between two rounds is doubled at most. */
const MOST_DOUBLINGS = 6

export function openResilientStream(stt: SttOptions, options: ResilientStreamOptions): SttStream {
  const { lineUp, ringMs, quietMs, waits, finishMs, backOffMs } = options
  const { clock } = stt
  const ring = createSoundRing(ringMs)
  const ends = createFinishWatch({
    ...{ clock, waits, finishMs },
    onLate(error) {
      if (line !== undefined) lose(line, error)
    },
  })
  let line: RecogniserLine | undefined
  let tries: Tries<SpeechToText> | undefined
  let rounds = 0
  let settledMs = Number.NEGATIVE_INFINITY
  let turnMs = Number.NEGATIVE_INFINITY
  /** Whether the present recogniser was told something again. */
  let isRetold = false
  let hasPartial = false
  let isDropping = false
  let cancelBackOff = () => {}
  let closed = false
  /** What it cost may still be told while it is being closed. */
  let isOver = false

  function connect(): void {
    tries ??= lineUp.tries()
    const use = tries.next()
    if (use !== undefined) return follow(use)
    // Nobody can be reached: the sound waits.
    tries = undefined
    const error = new ParleyError('recogniser_failed', 'No recogniser of the slot can be reached.', {
      retryable: true,
    })
    if (rounds === 0) stt.onEvent({ kind: 'error', error })
    const waitMs = backOffMs * 2 ** Math.min(rounds++, MOST_DOUBLINGS)
    cancelBackOff = clock.after(waitMs, connect)
  }

  /** Goes on with this one, from the last final text. */
  function follow(use: Use<SpeechToText>): void {
    isRetold = line !== undefined || isRetold || ring.keptMs > 0
    line?.close()
    hasPartial = false
    const own: RecogniserLine = openLine(
      use,
      {
        ...stt,
        onEvent: event => {
          if (event.kind === 'usage' ? !isOver : !closed && own === line) onEvent(event, own)
        },
      },
      options,
    )
    line = own
    const backlogMs = ring.keptMs
    ring.replay(own)
    ends.follow(use.member.provider, backlogMs)
  }

  function onEvent(event: SttEvent, from: RecogniserLine): void {
    if (event.kind === 'lost') return lose(from, event.error)
    if (event.kind !== 'error' && event.kind !== 'usage') {
      from.use.succeeded()
      tries = undefined
      rounds = 0
    }
    if (event.kind === 'final' || event.kind === 'partial') return onTranscript(event)
    if (event.kind === 'finished') return onFinished(event)
    if (event.kind === 'turn') {
      if (isRetold && event.atMs <= turnMs) return
      turnMs = Math.max(turnMs, event.atMs)
    }
    stt.onEvent(event)
  }

  function onTranscript(event: Extract<SttEvent, { readonly text: string }>): void {
    const fresh = isRetold ? freshTranscript(event, settledMs) : event
    if (fresh === undefined) return
    hasPartial = fresh.kind === 'partial'
    ends.alive()
    if (fresh.kind === 'final') {
      settledMs = Math.max(settledMs, fresh.endMs)
      ring.settle(settledMs)
    }
    stt.onEvent(fresh)
  }

  function onFinished(event: Extract<SttEvent, { readonly kind: 'finished' }>): void {
    const answeredMs = ends.answered(event.atMs)
    // One that was answered already, by another.
    if (answeredMs === undefined) return
    ring.finished(answeredMs)
    settledMs = Math.max(settledMs, answeredMs)
    hasPartial = false
    stt.onEvent(event)
    if (!ring.isWaiting) comeBack()
  }

  /** Between two utterances a better recogniser that rested gets the stream back. */
  function comeBack(): void {
    const use = closed || line === undefined ? undefined : lineUp.better(line.use.member.place)
    if (use !== undefined) follow(use)
  }

  function lose(from: RecogniserLine, error: ParleyError): void {
    from.close()
    line = undefined
    isRetold = true
    ends.stop()
    if (tries === undefined) {
      tries = lineUp.tries()
      tries.skip(from.use.member)
    }
    // A stream that has worked told its breaker so; that it is lost is another word.
    from.use.dropped()
    const use = lineUp.use(from.use.member)
    giveUp({ use, lineUp, tries }, error, ring.isWaiting || hasPartial ? 'broke-off' : 'failed')
    connect()
  }

  /** Once for each time that too much sound waits. */
  function tellDropped(): void {
    const member = line?.use.member ?? lineUp.members[0]
    if (member !== undefined) lineUp.tell(member.provider, 'dropped-sound')
  }

  connect()

  return {
    hear(frame) {
      if (closed) return
      const droppedMs = ring.hear(frame)
      if (droppedMs > 0 && !isDropping) tellDropped()
      isDropping = droppedMs > 0 || (isDropping && ring.isWaiting)
      if (!ring.isWaiting && !hasPartial) ring.trim(quietMs)
      line?.hear(frame)
    },
    begin(atMs) {
      if (closed) return
      ring.begin(atMs)
      line?.begin(atMs)
    },
    finish(atMs) {
      if (closed) return
      ring.finish(atMs)
      ends.ask(atMs)
      line?.finish(atMs)
    },
    close() {
      if (closed) return
      closed = true
      ends.stop()
      cancelBackOff()
      line?.close()
      line?.use.dropped()
      isOver = true
    },
  }
}
