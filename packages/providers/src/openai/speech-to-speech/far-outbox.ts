/**
 * What is on its way to the vendor. Before the session stands it is kept, in order; sound is bounded by its length, then
 * and later: what comes while too much waits is dropped, and said.
 */

import { ParleyError } from '@parley/core'
import { type RealtimeEvent, type RealtimeLink, VENDOR } from '../realtime-link.js'

export interface FarOutbox {
  /** False: it is lost, for the connection is gone or does not keep up. */
  send(event: RealtimeEvent): boolean
  /** An event with this much sound. False: dropped. */
  sendSound(text: string, ms: number): boolean
  /** The session stands. */
  flush(): void
  clear(): void
}

export interface FarOutboxOptions {
  readonly link: RealtimeLink
  readonly maxWaitingMs: number
  /** Said when sound begins to be dropped, and with the amount when it ends. */
  onDrop(error: ParleyError): void
}

/** Events without sound that may wait for the session, in characters. */
const MAX_KEPT = 4_000_000

export function farOutbox({ link, maxWaitingMs, onDrop }: FarOutboxOptions): FarOutbox {
  let kept: string[] = []
  let keptSize = 0
  let keptSoundMs = 0
  let droppedMs = 0

  function isFull(text: string, ms: number): boolean {
    if (link.state !== 'ready') return keptSoundMs + ms > maxWaitingMs
    return ms > 0 && link.bufferedBytes > (text.length / ms) * maxWaitingMs
  }

  function post(text: string): boolean {
    if (link.state === 'ready') return link.sendText(text)
    if (link.state === 'closed' || keptSize > MAX_KEPT) return false
    kept.push(text)
    return true
  }

  function drop(ms: number): false {
    if (droppedMs === 0) onDrop(dropError(`${VENDOR} does not keep up; sound is dropped`, {}))
    droppedMs += ms
    return false
  }

  return {
    send(event) {
      const text = JSON.stringify(event)
      const isSent = post(text)
      if (isSent && link.state !== 'ready') keptSize += text.length
      return isSent
    },
    sendSound(text, ms) {
      if (isFull(text, ms) || !post(text)) return drop(ms)
      if (link.state !== 'ready') keptSoundMs += ms
      if (droppedMs === 0) return true
      const lostMs = Math.round(droppedMs)
      droppedMs = 0
      onDrop(dropError(`${lostMs} ms of sound to ${VENDOR} were dropped`, { droppedMs: lostMs }))
      return true
    },
    flush() {
      const texts = kept
      this.clear()
      for (const text of texts) link.sendText(text)
    },
    clear() {
      kept = []
      keptSize = 0
      keptSoundMs = 0
    },
  }
}

function dropError(what: string, details: Readonly<Record<string, unknown>>): ParleyError {
  return new ParleyError('too_large', `${what}; the network or the vendor is too slow.`, {
    retryable: true,
    details,
  })
}
