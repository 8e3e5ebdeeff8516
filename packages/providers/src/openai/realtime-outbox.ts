/** Events on their way to a session: kept in order, and bounded by the sound in them, until it stands. */

import { ParleyError } from '@parley/core'
import { type RealtimeEvent, type RealtimeLink, VENDOR } from './realtime-link.js'

export interface RealtimeOutbox {
  /** `soundMs` is the sound in the event. */
  send(event: RealtimeEvent, soundMs?: number): void
  /** The session stands. */
  flush(): void
}

export interface RealtimeOutboxOptions {
  readonly link: RealtimeLink
  readonly maxWaitingMs: number
  /** Something could not be sent and is lost. */
  onFail(error: ParleyError): void
}

export function realtimeOutbox({ link, maxWaitingMs, onFail }: RealtimeOutboxOptions): RealtimeOutbox {
  let kept: RealtimeEvent[] = []
  let keptMs = 0

  function send(event: RealtimeEvent, soundMs = 0): void {
    if (link.state === 'closed') return
    if (link.state === 'ready') {
      if (!link.send(event))
        onFail(new ParleyError('provider_failed', `${VENDOR} does not keep up.`, { retryable: true }))
      return
    }
    keptMs += soundMs
    if (keptMs <= maxWaitingMs) return void kept.push(event)
    kept = []
    const message = `More than ${maxWaitingMs} ms of sound wait for ${VENDOR}.`
    onFail(new ParleyError('too_large', message, { retryable: true }))
  }

  return {
    send,
    flush() {
      const events = kept
      kept = []
      for (const event of events) send(event)
    },
  }
}
