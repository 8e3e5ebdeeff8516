/**
 * The life of one socket of `/prosody`, for a client that is let in already: greeting, sound and messages in, frames
 * out, close. Nothing a client sends throws out of here. Once it is over nothing is kept: no analyser, no timer, no
 * subscription.
 */
import { type Clock, ParleyError } from '@parley/core'
import { PROSODY_GREETING, type ProsodyStreamMessage } from '@parley/protocol'
import type { WebSocket } from 'ws'
import { bytesOf } from '../ws/bytes-of.js'
import { type Closing, reasonText } from '../ws/close-codes.js'
import type { VoiceLog } from '../ws/voice-log.js'
import { createProsodyDialogue } from './prosody-dialogue.js'
import * as endings from './prosody-endings.js'
import type { ProsodyFeed } from './prosody-feed.js'
import { defaultProsodyLimits, type ProsodyLimits } from './prosody-limits.js'
import { noProsodyMeter, type ProsodyMeter } from './prosody-meter.js'
import { createProsodyOutbox } from './prosody-outbox.js'
import { type CreateAnalyser, createProsodyStream } from './prosody-stream.js'
import { createProsodySubscriptions } from './prosody-subscriptions.js'
import { startProsodyWatch } from './prosody-watch.js'
import { readProsodyQuery } from './read-prosody-message.js'
import { createReadingGate } from './reading-gate.js'
import type { StreamConfig } from './stream-config.js'

export interface ProsodySocketOptions {
  readonly socket: WebSocket
  /** Of the request, whose query may change the stream. */
  readonly url?: string | undefined
  readonly tenant: string
  /** Whether this client may have sound analysed; default true. */
  readonly mayStream?: boolean
  /** Whether it may follow that session, of whose tenant it is. */
  mayFollow(session: string): boolean
  /** Live conversations, where there are any. */
  readonly feed?: ProsodyFeed | undefined
  readonly createAnalyser: CreateAnalyser
  /** The stream of a client that asks for nothing. */
  readonly defaults: StreamConfig
  readonly limits?: ProsodyLimits
  readonly meter?: ProsodyMeter
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: VoiceLog
}

export interface ProsodySocket {
  /** The gateway leaves: closes with 1001. */
  leave(): void
}

/** Serves the socket until it closes. Never throws. */
export function serveProsodySocket(options: ProsodySocketOptions): ProsodySocket {
  const { socket, clock, epochMs, log, tenant, mayStream = true } = options
  const { limits = defaultProsodyLimits, meter = noProsodyMeter } = options
  const state = { over: false, badInARow: 0, messages: 0, beganMs: clock.now() }
  let stopGrace = () => {}
  let stopPause = () => {}
  const gate = createReadingGate(socket)

  const outbox = createProsodyOutbox({
    ...{ socket, clock, limits, meter },
    onStall: () => end(endings.slowReader),
    onDrained: () => gate.open('unread'),
  })
  const stream = createProsodyStream({
    ...{ clock, epochMs, outbox, meter, defaults: options.defaults },
    createAnalyser: options.createAnalyser,
    messageMs: limits.messageMs,
  })
  const subscriptions = createProsodySubscriptions({
    ...{ outbox, tenant, feed: options.feed, max: limits.subscriptions },
    mayFollow: session => options.mayFollow(session),
  })
  const dialogue = createProsodyDialogue({
    ...{ stream, subscriptions, mayStream, limits, clock, epochMs, tell },
    hold(ms) {
      if (state.over) return
      stopPause()
      gate.shut('pace')
      stopPause = clock.after(ms, () => gate.open('pace'))
    },
    // A voice that is live is heard on, and its oldest frames are dropped; of a file nothing has to be.
    ahead() {
      if (!state.over && outbox.waiting) gate.shut('unread')
    },
  })
  const watch = startProsodyWatch({
    ...{ socket, clock, limits },
    isListening: () => subscriptions.count > 0,
    onIdle: () => end(endings.idle(limits.idleMs)),
    onExpired: () => end(endings.expired(limits.totalMs)),
    onGone: () => end(undefined),
  })

  function tell(message: ProsodyStreamMessage): void {
    outbox.send(JSON.stringify(message))
  }

  function fault(thrown: unknown): void {
    const error = ParleyError.from(thrown)
    if (error.code === 'internal') {
      log.warn({ tenant, error: thrown }, 'prosody socket: internal fault')
      return end(endings.ours)
    }
    tell({ type: 'error', code: error.code, message: error.message })
    state.badInARow += 1
    if (state.badInARow >= limits.badMessages) end(endings.badInARow(error, state.badInARow))
  }

  function receive(bytes: Buffer, isBinary: boolean): void {
    if (state.over) return
    watch.heard()
    state.messages += 1
    try {
      dialogue.take(bytes, isBinary)
      state.badInARow = 0
    } catch (thrown) {
      fault(thrown)
    }
  }

  /** Undefined cuts the socket without a close: there is nobody. */
  function end(ending: endings.ProsodyEnding | undefined, gone?: Closing): void {
    if (state.over) return
    state.over = true
    const { closing, error } = ending ?? {}
    if (error !== undefined) tell({ type: 'error', code: error.code, message: error.message })
    watch.stop()
    stopPause()
    subscriptions.close()
    stream.close()
    outbox.close()
    meter.closed()
    const { code, reason } = closing ?? gone ?? { code: undefined, reason: 'no answer to a ping' }
    const { messages } = state
    const durationMs = Math.round(clock.now() - state.beganMs)
    log.info({ tenant, code, reason, messages, dropped: outbox.dropped, durationMs }, 'prosody socket ended')
    if (gone !== undefined) return
    if (closing === undefined) return socket.terminate()
    // Before the close: it may be answered at once; and a socket that is not read never sees the answer.
    stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
    socket.close(closing.code, reasonText(closing.reason))
    socket.resume()
  }

  socket.on('message', (data, isBinary) => receive(bytesOf(data), isBinary))
  socket.on('close', code => {
    stopGrace()
    end(undefined, { code, reason: 'the socket closed' })
  })
  socket.on('error', error => log.warn({ tenant, error: error.message }, 'prosody socket fault'))
  meter.opened()
  tell({ type: 'connected', timestamp: epochMs(), message: PROSODY_GREETING })
  try {
    const wish = readProsodyQuery(options.url)
    if (wish !== undefined) tell(stream.configure(wish))
  } catch (thrown) {
    end(endings.badAddress(ParleyError.from(thrown)))
  }
  return { leave: () => end(endings.leaving) }
}
