import { type CloseReason, type Inbox, ParleyError } from '@parley/core'
import { realtimePcm, realtimeRateOf } from '@parley/protocol'
import type { Answers } from './answers.js'
import type { CallerTurns } from './caller-turns.js'
import type { PeerState } from './peer-state.js'
import type { RealtimeOpened } from './realtime-host.js'
import type { RealtimePeerOptions } from './realtime-peer.js'
import { createRealtimeTransport } from './realtime-transport.js'
import { steerOf } from './steer-of.js'

export interface SessionOpening {
  readonly peer: PeerState
  readonly answers: Answers
  readonly turns: CallerTurns
  readonly options: Pick<RealtimePeerOptions, 'host' | 'principal' | 'limits' | 'track' | 'rttMs'>
  readonly signal: AbortSignal
  onClose(reason: CloseReason): void
}

/** Time in the client's own buffers, ms. */
const CLIENT_MS = 60

/** Has the host open a session on this far end, as its settings are now. Throws what the host throws. */
export async function openSession(opening: SessionOpening): Promise<RealtimeOpened> {
  const { peer, answers, turns, options, signal, onClose } = opening
  const { host, principal, limits, track } = options
  const { settings } = peer
  const outputRate = track?.outputRate ?? realtimeRateOf(settings.audio.output?.format ?? realtimePcm)
  const transport = createRealtimeTransport({
    answers,
    turns,
    track,
    outputRate,
    aheadMs: limits.aheadMs,
    pathMs: () => options.rttMs() / 2 + CLIENT_MS,
    onOpen: inbox => attach(peer, inbox),
    onClose,
  })
  const { model = '', type: kind } = settings
  const opened = await host.open({ model, principal, transport, signal, outputRate, kind, settings })
  if (peer.inbox === undefined) throw new ParleyError('internal', 'The host opened no leg.')
  return opened
}

/** Configured before anything is heard; what changes while the session is being opened follows. */
function attach(peer: PeerState, inbox: Inbox): void {
  peer.inbox = inbox
  inbox.steering.configure(steerOf(peer.settings))
}
