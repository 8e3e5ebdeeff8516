/**
 * What the gateway sends as text. Binary messages are audio of the reply named by the last `audio-begin`, in the
 * announced output format. Clients ignore types and fields they do not know: new ones may come within a version.
 */
import { z } from 'zod'
import { sideMessages } from '../prosody/side-messages.js'
import { deviceMessages } from './device-messages.js'
import { recordingMessages } from './recording-messages.js'
import { replyMessages } from './reply-messages.js'
import { sessionMessages } from './session-messages.js'
import { socketMessages } from './socket-messages.js'
import { turnMessages } from './turn-messages.js'

const [userProsody, agentProsody, ...besideProsody] = sideMessages

/** Each message of the gateway; the two of `prosody` differ by side. */
export const serverMessages = [
  ...socketMessages,
  ...deviceMessages,
  ...recordingMessages,
  ...turnMessages,
  ...replyMessages,
  ...sessionMessages,
  ...sideMessages,
] as const

export const serverMessageSchema = z.discriminatedUnion('type', [
  ...socketMessages,
  ...deviceMessages,
  ...recordingMessages,
  ...turnMessages,
  ...replyMessages,
  ...sessionMessages,
  z.discriminatedUnion('side', [userProsody, agentProsody]),
  ...besideProsody,
])

export type ServerMessage = z.infer<typeof serverMessageSchema>
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>
