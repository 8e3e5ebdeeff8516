/**
 * One Live session: leased key, `session.start`, then sound and events both ways. It ends once, with a reason; after
 * `close` nothing is told. The vendor has no truncation, no cancel and no turns, and neither has this.
 */

import { decodeUlaw, encodeUlaw } from '@parley/audio'
import { type DuplexEvent, type DuplexOptions, type DuplexSession, ParleyError } from '@parley/core'
import { bearer } from '../openai/bearer.js'
import { isFatal, realtimeError } from '../openai/realtime-error.js'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import { leasedSocket } from '../wire/leased-socket.js'
import { bytesOfPcm, pcmReader } from '../wire/pcm-bytes.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
import { appendPieces } from './append-pieces.js'
import type { LiveOptions } from './options.js'
import { readLiveMessage } from './read-event.js'
import { sessionStart } from './session-start.js'
import { soundFeed } from './sound-feed.js'

export const VENDOR = 'OpenAI Live'
const PING_MS = 25_000

export function openLiveSession(
  options: LiveOptions,
  context: VendorContext,
  asked: DuplexOptions,
  onEnd: () => void,
): DuplexSession {
  const { clock } = context
  const isUlaw = asked.rate === 8_000
  const reader = pcmReader()
  let state: 'opening' | 'ready' | 'closed' = 'opening'
  let waiting: string[] = []
  let startId: string | undefined
  let cancelTimer = () => {}

  const socket = leasedSocket(context, {
    vendor: VENDOR,
    path: '/live/sessions',
    headers: bearer,
    connectTimeoutMs: options.connectTimeoutMs,
    pingEveryMs: PING_MS,
    onOpen() {
      startId = context.newId()
      const session = sessionStart(options, asked)
      socket.send(JSON.stringify({ type: 'session.start', event_id: startId, session }))
      cancelTimer = clock.after(options.startTimeoutMs, () =>
        lose(lateError(VENDOR, 'begin its session', options.startTimeoutMs)),
      )
    },
    onText,
    onBinary: () => lose(garbageError(VENDOR)),
    onLost: lose,
  })
  const feed = soundFeed({ rate: asked.rate, ...options, send: sendSound })

  function sendSound(samples: Int16Array): boolean {
    const bytes = isUlaw ? Buffer.from(encodeUlaw(samples)) : bytesOfPcm(samples)
    // Base64 needs no escaping.
    return socket.send(`{"type":"session.input_audio.append","audio":"${bytes.toString('base64')}"}`)
  }

  function tell(event: DuplexEvent): void {
    if (state !== 'closed') asked.onEvent(event)
  }

  function lose(error: ParleyError): void {
    if (state === 'closed') return
    socket.settle(outcomeOf(error))
    end()
    asked.onEvent({ kind: 'lost', error })
  }

  function end(): void {
    state = 'closed'
    waiting = []
    cancelTimer()
    socket.close()
    onEnd()
  }

  function onText(text: string): void {
    const message = readLiveMessage(text)
    if (message === undefined) return lose(garbageError(VENDOR))
    switch (message.kind) {
      case 'started':
        return ready(message.expiresAtS)
      case 'audio':
        return tell({ kind: 'audio', samples: samplesOf(message.audio) })
      case 'heard':
      case 'said':
      case 'delegation':
        return tell(message)
      case 'error':
        return onError(realtimeError(VENDOR, message.error), message.eventId)
      case 'closed':
        return lose(closedError(message.reason))
      case 'other':
        return
      default:
        message satisfies never
    }
  }

  function samplesOf(base64: string): Int16Array {
    const bytes = Buffer.from(base64, 'base64')
    return isUlaw ? decodeUlaw(bytes) : reader.read(bytes)
  }

  function ready(expiresAtS: number | undefined): void {
    if (state !== 'opening') return
    state = 'ready'
    cancelTimer()
    socket.settle({ kind: 'fine' })
    const leftMs = expiresAtS === undefined ? undefined : expiresAtS * 1000 - context.epochMs()
    // An end that is past says only that our calendar, or theirs, is wrong.
    const isKnown = leftMs !== undefined && leftMs > 0
    tell({ kind: 'ready', ...(isKnown ? { expiresAtMs: clock.now() + leftMs } : {}) })
    feed.begin()
    for (const message of waiting) socket.send(message)
    waiting = []
  }

  function onError(error: ParleyError, eventId: string | undefined): void {
    if (state === 'opening' || isFatal(error, eventId !== undefined)) lose(error)
    else tell({ kind: 'refused', error })
  }

  function append(
    channel: 'instructions' | 'thinking' | 'commentary',
    text: string,
    delegation?: string,
  ): void {
    if (state === 'closed') return
    for (const content of appendPieces(text)) {
      const type = `session.${channel}.append`
      const event = { type, event_id: context.newId(), content, delegation_id: delegation ?? null }
      const message = JSON.stringify(event)
      if (state === 'opening') waiting.push(message)
      else socket.send(message)
    }
    while (waiting.length > MAX_WAITING_APPENDS) waiting.shift()
  }

  return {
    hear(samples) {
      if (state !== 'closed' && !feed.hear(samples)) lose(slowError())
    },
    instruct: text => append('instructions', text),
    think: (text, delegation) => append('thinking', text, delegation),
    tell: (text, delegation) => append('commentary', text, delegation),
    close() {
      if (state === 'closed') return
      if (state === 'ready') socket.send(JSON.stringify({ type: 'session.close', event_id: context.newId() }))
      end()
    },
  }
}

/** Texts that wait for the session to begin; the oldest goes first. */
const MAX_WAITING_APPENDS = 32

function closedError(reason: string): ParleyError {
  const rejected = reason === 'content'
  return new ParleyError(
    rejected ? 'provider_rejected' : 'provider_failed',
    `${VENDOR} ended the session (${reason || 'without a reason'}).`,
    { retryable: !rejected, details: { reason } },
  )
}

function slowError(): ParleyError {
  return new ParleyError('provider_failed', `${VENDOR} does not keep up with the sound.`, { retryable: true })
}
