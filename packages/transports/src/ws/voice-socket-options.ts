/** What a voice socket is served with, and what its caller may do with it. No code. */
import type { Opus } from '@parley/audio'
import type { Clock } from '@parley/core'
import type { WebSocket } from 'ws'
import type { ProsodyFeed } from '../prosody/prosody-feed.js'
import type { Heartbeat } from './heartbeat.js'
import type { OpenSound } from './leg-sound.js'
import type { MessageSocket } from './message-socket.js'
import type { OpusManner } from './opus-manner.js'
import type { GatewayIdentity } from './sealed/gateway-identity.js'
import type { VoiceHost, VoiceOpenRequest, VoicePrincipal } from './voice-host.js'
import type { VoiceLimits } from './voice-limits.js'
import type { VoiceLog } from './voice-log.js'

export type VoiceSocketOptions = VoiceCarrier & VoiceSocketParts

type VoiceCarrier =
  /** An open socket of a server made with `voiceSocketServerOptions`. */
  | { readonly socket: WebSocket; readonly heartbeat?: undefined }
  /** An open wire that notices by itself when its far end is gone. */
  | { readonly socket: MessageSocket; readonly heartbeat: Pick<Heartbeat, 'rttMs'> }

interface VoiceSocketParts {
  /** Found out before the upgrade. */
  readonly principal: VoicePrincipal
  readonly host: VoiceHost
  readonly clock: Clock
  readonly opus: Opus
  /** How Opus is spoken where the far end leaves it open. Default: 48 kHz, 20 ms, 32 kbit/s. */
  readonly opusManner?: OpusManner
  readonly log: VoiceLog
  readonly limits: VoiceLimits
  /** Tells clients that ask for it how both sides speak; without it they are told that nobody can. */
  readonly prosody?: ProsodyFeed
  /** Whether and as whom this gateway seals for clients that ask for it; without it they are refused. */
  readonly encryption?: VoiceEncryption
  /** Rate at which sessions listen, Hz: Opus is decoded straight at it. Default 16000. */
  readonly listenRate?: number
  /** How sound comes and goes. Default: coded into the messages of the socket. */
  readonly openSound?: OpenSound
  /** Which edge sessions are stored under. Default `voice-ws`. */
  readonly edge?: VoiceOpenRequest['edge']
}

export interface VoiceEncryption {
  readonly identity: GatewayIdentity
  /** Refuses clients that do not ask for it. */
  readonly required: boolean
  /** After so many messages of the gateway the client has to come back for new keys. Default 2^32. */
  readonly framesPerKey?: number
}

export interface VoiceSocket {
  /** Tells the client that this node leaves in `deadlineMs`; the session closes the leg in its own time. */
  announceDraining(deadlineMs: number): void
}
