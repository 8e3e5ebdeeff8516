/**
 * One warm Realtime session that reads clauses aloud, each as a response of its own outside the conversation. Responses
 * are told apart by their metadata and ids; what comes for one that is over is dropped.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { lateError } from '../wire/vendor-error.js'
import type { RealtimeTtsOptions } from './audio-options.js'
import { type Clause, type ClauseReading, readingOf } from './clause-reading.js'
import { realtimeError } from './realtime-error.js'
import { openRealtimeLink, type RealtimeEvent, VENDOR } from './realtime-link.js'
import { voiceField } from './voice-field.js'

export interface Speaker {
  /** Responses the vendor is still busy with. */
  readonly load: number
  /** Whether it may take new clauses. */
  readonly isUsable: boolean
  /** Resolves once it stands or has failed; true if it stands. */
  readonly ready: Promise<boolean>
  speak(clause: Clause): void
  /** Tells the vendor at once; nothing more is told of the clause. */
  cancel(clause: Clause): void
  close(): void
}

export interface SpeakerOptions {
  readonly options: RealtimeTtsOptions
  readonly voice: string
  readonly speed: number
  /** Something ended: a response, or the connection. */
  onChange(speaker: Speaker): void
}

export function openSpeaker(context: VendorContext, given: SpeakerOptions): Speaker {
  const { options } = given
  const readings = new Map<string, ClauseReading>()
  let isRetired = false
  let onReady: (stands: boolean) => void = () => {}
  const ready = new Promise<boolean>(resolve => {
    onReady = resolve
  })
  const link = openRealtimeLink(context, {
    ...options,
    query: new URLSearchParams({ model: options.model }).toString(),
  })

  function begin({ clause, ...reading }: ClauseReading): void {
    const { id, text, instructions } = clause
    if (reading.isCancelled) return
    const sent = link.send({
      type: 'response.create',
      event_id: id,
      response: {
        conversation: 'none',
        output_modalities: ['audio'],
        instructions,
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
        metadata: { clause: id },
      },
    })
    if (!sent)
      return settle(
        id,
        new ParleyError('provider_failed', `${VENDOR} does not keep up.`, { retryable: true }),
      )
    watch(id, options.firstTimeoutMs)
  }

  /** A response that stands still takes the connection with it, since nobody knows what else hangs. */
  function watch(id: string, timeoutMs: number): void {
    const reading = readings.get(id)
    if (reading === undefined) return
    reading.cancelTimer()
    reading.cancelTimer = context.clock.after(timeoutMs, () => {
      isRetired = true
      stop(reading)
      settle(id, lateError(VENDOR, 'speak', timeoutMs))
    })
  }

  function settle(id: string, error?: ParleyError): void {
    const reading = readings.get(id)
    if (reading === undefined) return
    readings.delete(id)
    reading.cancelTimer()
    if (isRetired && readings.size === 0) link.close()
    if (!reading.isCancelled) {
      if (error === undefined) reading.clause.onDone(reading.transcript)
      else reading.clause.onFail(error)
    }
    given.onChange(speaker)
  }

  function stop({ responseId }: ClauseReading): void {
    if (responseId === undefined) return
    link.send({ type: 'response.cancel', event_id: context.newId(), response_id: responseId })
  }

  function onEvent(event: RealtimeEvent): void {
    const reading = readingOf(readings, event)
    if (reading === undefined) return
    const { clause, isCancelled } = reading
    if (event.type === 'response.done') return done(reading, event)
    if (event.type === 'response.created' && isCancelled) return stop(reading)
    if (isCancelled) return
    if (event.type === 'response.output_audio.delta' && typeof event.delta === 'string') {
      watch(clause.id, options.idleTimeoutMs)
      clause.onAudio(event.delta)
    } else if (event.type === 'response.output_audio_transcript.done')
      reading.transcript = String(event.transcript)
  }

  function done({ clause }: ClauseReading, { response }: RealtimeEvent): void {
    const { status, status_details: details } = (response ?? {}) as Readonly<Record<string, unknown>>
    if (status === 'completed') return settle(clause.id)
    const { error, reason } = (details ?? {}) as Readonly<Record<string, unknown>>
    if (error !== undefined && error !== null) return settle(clause.id, realtimeError(VENDOR, error))
    const message = `${VENDOR} broke off a clause (${String(reason ?? status)}).`
    settle(clause.id, new ParleyError('provider_failed', message, { retryable: reason !== 'content_filter' }))
  }

  const speaker: Speaker = {
    ready,
    get load() {
      return readings.size
    },
    get isUsable() {
      return !isRetired && link.state !== 'closed' && context.clock.now() - link.sinceMs < options.retireMs
    },
    speak(clause) {
      const reading: ClauseReading = { clause, isCancelled: false, cancelTimer: () => {} }
      readings.set(clause.id, reading)
      if (link.state === 'ready') begin(reading)
    },
    cancel({ id }) {
      const reading = readings.get(id)
      if (reading === undefined || reading.isCancelled) return
      reading.isCancelled = true
      if (link.state !== 'ready') return settle(id)
      stop(reading)
      watch(id, options.idleTimeoutMs)
    },
    close() {
      link.close()
      onReady(false)
      const closed = new ParleyError('provider_failed', `The connection to ${VENDOR} was closed.`, {
        retryable: true,
      })
      for (const id of [...readings.keys()]) settle(id, closed)
    },
  }

  link.use({
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      ...(options.instructions === undefined ? {} : { instructions: options.instructions }),
      audio: {
        input: { turn_detection: null },
        output: {
          format: { type: 'audio/pcm', rate: 24_000 },
          voice: voiceField(given.voice),
          speed: given.speed,
        },
      },
      tools: [],
    },
    onReady() {
      onReady(true)
      for (const reading of [...readings.values()]) begin(reading)
    },
    onEvent,
    onRefusal(error, eventId) {
      if (eventId !== undefined && readings.has(eventId)) settle(eventId, error)
    },
    onLost(error) {
      onReady(false)
      if (readings.size === 0) given.onChange(speaker)
      for (const id of [...readings.keys()]) settle(id, error)
    },
  })
  return speaker
}
