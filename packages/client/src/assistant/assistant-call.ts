/**
 * A call of the assistant, whatever carries its sound: what the assistant does to it, and what it tells. Both carriers
 * tell in the names of the Socket.IO edge. No code.
 */
import type { Player } from '../devices/player.js'
import type { AssistantDevices } from './assistant-types.js'

export interface AssistantCall {
  readonly carrier: 'socketio' | 'webrtc'
  /** Whether the microphone is heard. */
  readonly streaming: boolean
  /** What is at the ear, for whoever moves a face in step with it. */
  readonly ear: Pick<Player, 'on' | 'earTime'>
  /** Messages sent and received beside those of the socket. */
  readonly counts: { readonly sent: number; readonly received: number }
  /** Silences the agent here, at once. */
  hush(): void
  sendText(text: string): Promise<void>
  bargeIn(): Promise<void>
  /** Tells the gateway that the call is over, and lets go of all. */
  end(): Promise<void>
  /** Lets go of all, for a call that is over already. */
  close(): void
}

export interface AssistantCallParts {
  readonly language: string
  readonly agent: string | undefined
  /** Whether the shapes of the agent's mouth are wanted. */
  readonly avatar: boolean
  readonly microphone: boolean | 'optional'
  readonly devices: AssistantDevices
  /** Level of each frame of the microphone, dBFS. */
  level(dbfs: number): void
  /** Whether the agent is heard, each time that is known anew. */
  playing(on: boolean): void
  /** An event as the Socket.IO edge names it. */
  heard(name: string, payload: unknown): void
  /** The line broke and is tried again. */
  lost(): void
  /** What happened to the microphone or the line; the call may go on. */
  failed(thrown: unknown): void
  /** The assistant ended this call while it was still being opened. */
  isVoid(): boolean
}
