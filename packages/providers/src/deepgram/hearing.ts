/**
 * What the two recognisers have in common: one line and one feed of sound, usage, the wait for finals, and an end that is
 * told once. How messages are read and what ends an utterance is the dialect's.
 */

import { ParleyError, type SttEvent, type SttOptions, type SttStream } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { lateError } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import { type Finishes, finishes } from './finishes.js'
import { type Line, type LineMessage, openLine, type Query } from './line.js'
import type { DeepgramSttOptions } from './options.js'
import { type SoundFeed, soundFeed } from './sound-feed.js'

export interface Hearing {
  readonly line: Line
  readonly feed: SoundFeed
  readonly finishes: Finishes
  tell(event: SttEvent): void
  /** The vendor has told of the sound up to here, whatever it heard in it. */
  reached(streamMs: number): void
}

export interface HearingDialect {
  readonly path: string
  readonly query: Query
  readonly readyOn?: string
  readonly chunkMs: number
  /** How often `onBeat` is called, ms. */
  readonly beatMs: number
  onBeat(): void
  onMessage(message: LineMessage): void
  /** What asks for the finals of an utterance; undefined: nothing does. */
  readonly finish: object | undefined
  /** The finals did not come in time: tells what there is. */
  promote(): void
}

export interface HearingOptions {
  readonly context: VendorContext
  readonly settings: DeepgramSttOptions
  readonly stt: SttOptions
  dialect(hearing: Hearing): HearingDialect
  onEnd(): void
}

/** Sound of which a living vendor leaves no more untold, ms. */
const LEFT_UNTOLD_MS = 1_500
/** Usage is told at least this often, ms of sound. */
const USAGE_MS = 10_000

export function openHearing({ context, settings, stt, dialect, onEnd }: HearingOptions): SttStream {
  const { clock } = stt
  const { sampleRate, finishTimeoutMs } = settings
  let over = false
  let badRate: number | undefined
  let billedMs = 0
  let reachedMs = 0
  let cancelBeat = () => {}

  const awaited = finishes({
    clock,
    timeoutMs: finishTimeoutMs,
    onFinished(atMs) {
      tellUsage()
      tell({ kind: 'finished', atMs })
    },
    onOverdue,
  })
  const hearing: Hearing = {
    get line() {
      return line
    },
    get feed() {
      return feed
    },
    finishes: awaited,
    tell,
    reached(streamMs) {
      reachedMs = Math.max(reachedMs, streamMs)
    },
  }
  const own = dialect(hearing)
  const feed = soundFeed({
    rate: sampleRate,
    chunkMs: own.chunkMs,
    now: () => clock.now(),
    send(bytes) {
      if (!line.send(bytes)) lose(tooMuch())
    },
  })
  const line = openLine({
    context,
    path: own.path,
    query: own.query,
    connectTimeoutMs: settings.connectTimeoutMs,
    readyOn: own.readyOn,
    onReady() {
      awaited.start()
      beat()
    },
    onMessage(message) {
      own.onMessage(message)
      if (feed.takenMs - billedMs > USAGE_MS) tellUsage()
    },
    onLost: lose,
  })

  function tell(event: SttEvent): void {
    if (!over) stt.onEvent(event)
  }

  function tellUsage(): void {
    const audioMs = feed.takenMs - billedMs
    if (over || audioMs < 1) return
    billedMs = feed.takenMs
    tell({ kind: 'usage', audioMs })
  }

  function beat(): void {
    cancelBeat = clock.after(own.beatMs, () => {
      own.onBeat()
      if (!over) beat()
    })
  }

  function onOverdue(streamMs: number): void {
    if (reachedMs < streamMs - LEFT_UNTOLD_MS)
      return line.fail(lateError(VENDOR, 'give the final text', finishTimeoutMs))
    own.promote()
    awaited.giveUp(streamMs)
  }

  function end(): boolean {
    if (over) return false
    over = true
    cancelBeat()
    awaited.close()
    line.close()
    onEnd()
    return true
  }

  function lose(error: ParleyError): void {
    // Over before it is told, so that whoever closes the stream at the news hears nothing more.
    if (end()) stt.onEvent({ kind: 'lost', error })
  }

  return {
    hear(frame) {
      if (over) return
      if (frame.rate === sampleRate) return feed.hear(frame)
      if (badRate === frame.rate) return
      badRate = frame.rate
      const message = `${VENDOR} was to hear ${sampleRate} Hz and was given ${frame.rate} Hz; resample the audio first.`
      tell({ kind: 'error', error: new ParleyError('bad_audio', message) })
    },
    begin() {
      // The vendor finds the beginning by itself.
    },
    finish(atMs) {
      if (over) return
      feed.flush()
      if (over || !awaited.ask(atMs, feed.takenMs) || own.finish === undefined) return
      if (!line.send(own.finish)) lose(tooMuch())
    },
    close() {
      if (over) return
      tellUsage()
      end()
    },
  }
}

function tooMuch(): ParleyError {
  return new ParleyError('too_large', `Too much sound waits for ${VENDOR}.`, { retryable: true })
}
