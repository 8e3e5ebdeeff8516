/**
 * What a voice socket needs of the process behind it: someone who opens and resumes sessions. The socket brings the
 * leg, the host brings agent, engine and store; neither knows the other's insides.
 */
import type { SessionId, Transport } from '@parley/core'
import type { Hello } from '@parley/protocol'
import type { DeviceLine, Seat } from '../company/device-line.js'

/** Who is at the far end, as the identity check before the upgrade found out. */
export interface VoicePrincipal {
  readonly tenant: string
  readonly subject: string
  /** What it may besides talking, as tokens name it; joining others' conversations asks for it. */
  readonly scopes?: readonly string[]
}

export interface VoiceOpenRequest {
  readonly hello: Hello
  readonly principal: VoicePrincipal
  /** The leg; what it is given before the promise resolves leaves after `ready`. */
  readonly transport: Transport
  /** Aborts when the socket goes away before the session stands. A session opened all the same is closed again. */
  readonly signal: AbortSignal
  /** What the other devices of the conversation are to this one; without it nobody else can take over. */
  readonly line?: DeviceLine
  /** Called once the session can be looked on at, before anything of it leaves on this leg. */
  begins?(session: SessionId): void
  /** Which edge the session is stored under. Default `voice-ws`. */
  readonly edge?: 'voice-ws' | 'phone' | 'realtime' | 'socketio' | 'webrtc'
}

export interface VoiceResumeRequest extends VoiceOpenRequest {
  /** The resumeToken the client got with its last `ready`. */
  readonly token: string
}

export interface VoiceJoinRequest {
  readonly join: NonNullable<Hello['join']>
  readonly principal: VoicePrincipal
  /** Aborts when the socket goes away meanwhile. */
  readonly signal: AbortSignal
}

/** A conversation that a device may sit down in. */
export interface JoinPlace {
  /** Rate of its sound, Hz; the device is given it whatever it asked for. */
  readonly outputRate: number
  /** Throws `overloaded`, `conflict`, or `not_found` where it ended meanwhile. */
  sit(request: VoiceOpenRequest & { readonly line: DeviceLine }): Promise<OpenedSession>
}

export interface VoiceHost {
  /**
   * Opens a session on the leg: `transport.open` has been called when it resolves. Throws `ParleyError`
   * (`not_found` for an unknown agent, `overloaded`, `rate_limited`, `draining`, …) and then keeps nothing.
   */
  open(request: VoiceOpenRequest): Promise<OpenedSession>
  /**
   * Puts the leg in the place of a lost or standing one. Throws `resume_failed` for an unknown or old token, another
   * tenant's, or a leg whose `outputRate` is not the session's. The token must stay good until a leg that was given
   * the next one has sent anything: this socket may die before `ready` leaves.
   */
  resume(request: VoiceResumeRequest): Promise<OpenedSession>
  /**
   * Looks for the conversation. Throws `not_found`, also for one that is not the principal's to join, and `forbidden` for
   * a role beyond what it may be there. A host without it has no company.
   */
  join?(request: VoiceJoinRequest): Promise<JoinPlace>
}

/** What `ready` tells the client. */
export interface OpenedSession {
  readonly session: string
  readonly resumeToken: string
  readonly resumed: boolean
  readonly agent: string
  /** BCP 47. */
  readonly language: string
  /** Null where nothing can hear words. */
  readonly recogniser: string | null
  /** Null where nothing can speak. */
  readonly voice: string | null
  /** Where the device stands in the conversation; undefined where others cannot join it. */
  readonly seat?: Seat
  /** How much sound of the caller's came before this leg, ms, on the line of `mediaMs`. */
  readonly receivedMs?: number
}
