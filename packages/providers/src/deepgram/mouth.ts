/**
 * One warm socket that speaks one clause at a time. A clause that is stopped is cleared at the vendor, and all sound is
 * dropped until the vendor says that it is; only then the socket takes another. What a message means is the dialect's.
 */

import { type Cancel, ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import { lateError } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import { type Line, type LineMessage, openLine, type Query } from './line.js'
import type { MouthDialect } from './mouth-dialect.js'

export interface Clause {
  /** Sent before it, in order. */
  readonly messages: readonly object[]
  onSound(samples: Int16Array): void
  /** Over and whole; `characters` where the vendor counted them. */
  onDone(characters: number | undefined): void
  onFailed(error: ParleyError): void
}

export interface Mouth {
  /** It may be given a clause. */
  readonly isFree: boolean
  /** It has taken all it may for a while, or is too old for another clause. */
  readonly isSpent: boolean
  /** The pace it was last told, as configuration of the socket. */
  speed: number
  /** Speaks a clause; the result stops it, and does nothing once it is over. */
  say(clause: Clause): () => void
  close(): void
}

export interface MouthOptions {
  readonly context: VendorContext
  readonly dialect: MouthDialect
  readonly query: Query
  readonly speed: number
  readonly connectTimeoutMs: number
  readonly firstTimeoutMs: number
  readonly idleTimeoutMs: number
  onReady?(): void
  /** It is free again. */
  onFree(): void
  /** It is gone; `error`: by itself, while nothing was spoken. */
  onGone(error?: ParleyError): void
}

/** Deepgram ends sockets after an hour. */
const MOST_AGE_MS = 50 * 60_000
const MINUTE_MS = 60_000
/** How long `Cleared` may take, and the bill behind the end. */
const CLEAR_MS = 2_000
const BILL_MS = 500

export function openMouth(options: MouthOptions): Mouth {
  const { context, dialect, firstTimeoutMs, idleTimeoutMs } = options
  const { clock } = context
  const openedAtMs = clock.now()
  let clause: Clause | undefined
  let speech: string | undefined
  let began = false
  let ended = false
  let silent = false
  let clearing = false
  let characters: number | undefined
  let reader = pcmReader()
  let saidAtMs: number[] = []
  let gone = false
  let cancel: Cancel = () => {}

  const line: Line = openLine({
    context,
    path: dialect.path,
    query: options.query,
    connectTimeoutMs: options.connectTimeoutMs,
    readyOn: dialect.readyOn,
    onReady() {
      if (clause !== undefined) expect(firstTimeoutMs, 'speak')
      options.onReady?.()
    },
    onMessage,
    onBinary(bytes) {
      if (clause === undefined || clearing || !began) return
      expect(idleTimeoutMs, 'go on speaking')
      const samples = reader.read(bytes)
      if (samples.length > 0) clause.onSound(samples)
    },
    onLost(error) {
      const speaking = clause
      clause = undefined
      leave(speaking === undefined ? error : undefined)
      speaking?.onFailed(error)
    },
  })

  function expect(ms: number, what: string): void {
    cancel()
    cancel = clock.after(ms, () => line.fail(lateError(VENDOR, what, ms)))
  }

  function leave(error?: ParleyError): void {
    if (gone) return
    gone = true
    cancel()
    options.onGone(error)
  }

  function onMessage(message: LineMessage): void {
    const meaning = dialect.meaning(message)
    switch (meaning.kind) {
      case 'begins':
        speech = meaning.speech
        began = true
        return
      case 'ends':
        if (began && meaning.speech === speech) onEnds()
        return
      case 'billed':
        if (meaning.speech !== speech && !(silent && speech === undefined)) return
        characters = meaning.characters
        if ((ended || silent) && clause !== undefined) done()
        return
      case 'silent':
        silent = true
        return
      case 'cleared':
        if (clearing) free()
        return
      case 'stuck':
        // What had ended before the stop came cannot be stopped, and is over all the same.
        if (clearing && ended) free()
        else if (clearing) closed()
        return
      case 'refused':
        if (clause !== undefined) line.fail(meaning.error)
        return
      case 'warning':
        return context.warn(meaning.error)
      case 'nothing':
        return
      default:
        meaning satisfies never
    }
  }

  function onEnds(): void {
    began = false
    ended = true
    if (clause === undefined) return
    if (speech === undefined || characters !== undefined) return done()
    cancel()
    cancel = clock.after(BILL_MS, done)
  }

  function done(): void {
    const spoken = clause
    const counted = characters
    free()
    spoken?.onDone(counted)
  }

  function free(): void {
    cancel()
    clause = undefined
    clearing = false
    options.onFree()
  }

  function stop(stopped: Clause): void {
    if (clause !== stopped) return
    clause = undefined
    clearing = true
    cancel()
    line.send(dialect.stop)
    cancel = clock.after(CLEAR_MS, closed)
  }

  function closed(): void {
    line.close()
    leave()
  }

  return {
    speed: options.speed,
    get isFree() {
      return !gone && clause === undefined && !clearing
    },
    get isSpent() {
      const nowMs = clock.now()
      saidAtMs = saidAtMs.filter(atMs => nowMs - atMs < MINUTE_MS)
      return saidAtMs.length >= dialect.mostPerMinute || nowMs - openedAtMs > MOST_AGE_MS
    },
    say(next) {
      clause = next
      speech = undefined
      began = !dialect.announces
      ended = false
      silent = false
      characters = undefined
      reader = pcmReader()
      saidAtMs.push(clock.now())
      if (line.isReady) expect(firstTimeoutMs, 'speak')
      if (!next.messages.every(message => line.send(message)))
        line.fail(new ParleyError('too_large', `Too much text waits for ${VENDOR}.`))
      return () => stop(next)
    },
    close() {
      if (gone) return
      const speaking = clause
      clause = undefined
      if (speaking === undefined && !clearing && line.isReady) line.send({ type: 'Close' })
      closed()
      speaking?.onFailed(new ParleyError('voice_failed', 'The voice was closed while it spoke.'))
    },
  }
}
