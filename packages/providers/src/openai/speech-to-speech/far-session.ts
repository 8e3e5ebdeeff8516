/**
 * One conversation with a Realtime model: what is asked of it and what it says, between the link that carries both and
 * the parts that know of sound, turns, answers and words. Whatever happens, every answer ends once and `lost` comes last.
 */

import type { FarSession, FarSessionOptions, FarSettings, ParleyError } from '@parley/core'
import type { VendorContext } from '../../vendor.js'
import { outcomeOf } from '../../wire/http-call.js'
import type { RealtimeEvent, RealtimeLink } from '../realtime-link.js'
import { farAsks, RESPOND, TIDY } from './far-asks.js'
import { farCommits } from './far-commits.js'
import { farEar } from './far-ear.js'
import { farEdges } from './far-edges.js'
import { lostError, refusedError } from './far-errors.js'
import { countOf, type Fields, textOf } from './far-fields.js'
import { itemOf } from './far-items.js'
import { farLengths } from './far-lengths.js'
import type { FarOptions } from './far-options.js'
import { farOutbox } from './far-outbox.js'
import { rateIn } from './far-rate.js'
import { changeOf, sessionOf } from './far-settings.js'
import { farTeller } from './far-teller.js'
import { farTranscripts } from './far-transcripts.js'

/** The vendor commits no less, ms. */
const LEAST_MS = 100
/** How long a key that was limited without a time is left alone, ms. */
const LIMITED_MS = 1_000

export interface FarSessionParts {
  readonly options: FarOptions
  readonly context: Pick<VendorContext, 'newId' | 'epochMs'>
  readonly link: RealtimeLink
  readonly asked: FarSessionOptions
  onClose(): void
}

export function openFarSession({ options, context, link, asked, onClose }: FarSessionParts): FarSession {
  const { clock, rate } = asked
  const { newId } = context
  const teller = farTeller(event => asked.onEvent(event))
  const outbox = farOutbox({
    link,
    maxWaitingMs: options.maxWaitingMs,
    onDrop: error => teller.tellSoon({ kind: 'refused', error }),
  })
  const ear = farEar({ rate, appendMs: options.appendMs, outbox })
  const edges = farEdges()
  const lengths = farLengths(rate)
  const commits = farCommits({ clock, timeoutMs: options.firstOutputTimeoutMs, teller, onLate: lose })
  const transcripts = farTranscripts(teller.tell)
  const asks = farAsks({
    ...options,
    ...{ clock, rate, newId, outbox, teller, lengths, onFailure },
    limitedMs: () => limitedMs,
  })
  let settings: Partial<FarSettings> = asked
  let limitedMs: number | undefined
  let isOver = false
  let names = 0

  function end(): void {
    isOver = true
    commits.stop()
    outbox.clear()
    link.close()
    onClose()
  }

  function lose(given: ParleyError): void {
    if (isOver) return
    const error = lostError(given)
    end()
    asks.lose(error)
    teller.tell({ kind: 'lost', error })
    teller.end()
  }

  function onReady(session: Fields): void {
    edges.learn(session)
    outbox.flush()
    commits.watch()
    asks.begin()
    const expiresAtMs = expiryOf(session)
    teller.tell({ kind: 'ready', ...(expiresAtMs === undefined ? {} : { expiresAtMs }) })
  }

  /** The vendor says when by the calendar. */
  function expiryOf({ expires_at: seconds }: Fields): number | undefined {
    const leftMs = (countOf(seconds) ?? 0) * 1000 - context.epochMs()
    return leftMs > 0 ? clock.now() + leftMs : undefined
  }

  function onEvent(event: RealtimeEvent): void {
    if (asks.hear(event) || transcripts(event)) return
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        return onEdge('speech-start', countOf(event.audio_start_ms), edges.startOf)
      case 'input_audio_buffer.speech_stopped':
        return onEdge('speech-end', countOf(event.audio_end_ms), edges.endOf)
      case 'input_audio_buffer.committed': {
        const item = textOf(event.item_id)
        return item === undefined ? undefined : commits.done(item)
      }
      case 'session.updated':
        return edges.learn((event.session ?? {}) as Fields)
      case 'rate_limits.updated': {
        const left = rateIn(event.rate_limits)
        const isUsedUp = left.remainingRequests === 0 || left.remainingTokens === 0
        limitedMs = isUsedUp ? left.resetMs : undefined
        return link.rate(left)
      }
    }
  }

  function onEdge(
    kind: 'speech-start' | 'speech-end',
    toldMs: number | undefined,
    at: (ms: number) => number,
  ) {
    if (toldMs !== undefined) teller.tell({ kind, atMs: ear.placeOf(at(toldMs)) })
  }

  /** The key is the session's to the end; what it is worth is known earlier. */
  function onFailure(error: ParleyError): void {
    const { code, details } = error
    if (code === 'provider_quota' || code === 'provider_refused') return link.settle(outcomeOf(error))
    if (code !== 'provider_limited') return
    link.rate({ remainingRequests: 0, resetMs: countOf(details.retryAfterMs) ?? LIMITED_MS })
  }

  function onRefusal(error: ParleyError, eventId = ''): void {
    const { vendorCode } = error.details
    if (eventId.startsWith(RESPOND)) return asks.refuse(eventId.slice(RESPOND.length), error)
    if (vendorCode === 'response_cancel_not_active' || eventId.startsWith(TIDY)) return
    if (commits.refuse(eventId) && vendorCode === 'input_audio_buffer_commit_empty') return
    if (eventId.startsWith('change.')) settings = {}
    teller.tell({ kind: 'refused', error: refusedError(error, eventId) })
  }

  link.use({ session: sessionOf(options, asked) as Fields, onReady, onEvent, onRefusal, onLost: lose })

  return {
    hear(samples) {
      if (!isOver) ear.hear(samples)
    },
    forgetSound() {
      if (isOver) return
      ear.drop()
      ear.heldMs = 0
      outbox.send({ type: 'input_audio_buffer.clear', event_id: 'forget.' })
    },
    commit() {
      if (isOver) return
      ear.flush()
      const { heldMs } = ear
      ear.heldMs = 0
      if (settings.turns?.by !== 'gateway' || heldMs >= LEAST_MS) {
        const eventId = `commit.${++names}`
        commits.ask(eventId)
        outbox.send({ type: 'input_audio_buffer.commit', event_id: eventId })
        return
      }
      if (heldMs > 0) outbox.send({ type: 'input_audio_buffer.clear', event_id: 'forget.' })
      commits.skip()
    },
    add(item, behind) {
      if (isOver) return
      const place = behind === undefined ? {} : { previous_item_id: behind ?? 'root' }
      const event_id = `add.${item.id}`
      outbox.send({ type: 'conversation.item.create', event_id, ...place, item: itemOf(item, true) })
    },
    remove(item) {
      if (isOver) return
      outbox.send({ type: 'conversation.item.delete', event_id: `remove.${item}`, item_id: item })
    },
    truncate(item, ms) {
      if (isOver) return
      const known = lengths.of(item)
      const endMs = Math.floor(Math.min(ms, known?.ms ?? ms))
      // The vendor refuses to cut all, and cutting nothing would cost it the words.
      if (!(endMs > 0)) return this.remove(item)
      if (known?.isWhole === true && endMs === known.ms) return
      const place = { item_id: item, content_index: 0, audio_end_ms: endMs }
      outbox.send({ type: 'conversation.item.truncate', event_id: `truncate.${item}`, ...place })
    },
    respond(ask) {
      if (!isOver) asks.respond(ask)
    },
    cancel(ask) {
      if (!isOver) asks.cancel(ask)
    },
    change(changed) {
      if (isOver) return
      const session = changeOf(settings, changed)
      settings = { ...settings, ...changed }
      if (session !== undefined)
        outbox.send({ type: 'session.update', event_id: `change.${++names}`, session })
    },
    close() {
      if (isOver) return
      teller.end()
      asks.stop()
      end()
    },
  }
}
