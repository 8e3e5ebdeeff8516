/** What the console shows, as one immutable value; components read it and nothing else. */
import {
  ClientError,
  type ClientErrorCode,
  type Conversation,
  emptyConversation,
  type VoiceState,
} from '@parley/client'
import type { Ready, RecordingNotice } from '@parley/protocol'
import type { Sample } from './samples.js'

/** What speaks for the person at the moment. */
export type Speaking = 'nothing' | 'opening' | 'microphone' | 'recording' | 'browser'

/** The page's language, the agent's own, or one by name. */
export type SpokenLanguage = 'page' | 'agent' | 'en' | 'es'

/** A fault with its cure: one of this page, or one the gateway named. */
export interface Problem {
  readonly code: ClientErrorCode | 'gateway' | 'browser-recogniser'
  /** The gateway's own code, where it gave one. */
  readonly serverCode: string | undefined
  readonly message: string
}

export interface ConsoleState {
  readonly connection: VoiceState
  readonly ready: Ready | undefined
  /** Whether the conversation is sealed against proxies on the way. */
  readonly sealed: boolean
  readonly roundTripMs: number | undefined
  readonly retrying: { readonly inMs: number; readonly offline: boolean } | undefined
  readonly conversation: Conversation
  /** Whether it is recorded, and what was said of that. */
  readonly recording: RecordingNotice
  readonly speaking: Speaking
  readonly sample: Sample['id'] | undefined
  readonly pushToTalk: boolean
  /** Whether the push-to-talk key or button is down. */
  readonly held: boolean
  /** What the browser's recogniser hears but may still change. */
  readonly interim: string
  readonly problem: Problem | undefined
  /** The browser keeps the page silent until the person does something. */
  readonly soundBlocked: boolean
  /** BCP 47. */
  readonly pageLanguage: string
  /** Takes effect with the next conversation. */
  readonly spokenLanguage: SpokenLanguage
}

export const initialState: ConsoleState = {
  connection: 'idle',
  ready: undefined,
  sealed: false,
  roundTripMs: undefined,
  retrying: undefined,
  conversation: emptyConversation,
  recording: { state: 'off' },
  speaking: 'nothing',
  sample: undefined,
  pushToTalk: false,
  held: false,
  interim: '',
  problem: undefined,
  soundBlocked: false,
  pageLanguage: 'en',
  spokenLanguage: 'page',
}

export function isConnected(state: Pick<ConsoleState, 'connection'>): boolean {
  return state.connection === 'ready' || state.connection === 'reconnecting'
}

/** Anything thrown, as the banner shows it. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof ClientError)) {
    return { code: 'gateway', serverCode: undefined, message: String(thrown) }
  }
  const { serverCode } = thrown.details
  return {
    code: thrown.code,
    serverCode: typeof serverCode === 'string' ? serverCode : undefined,
    message: thrown.message,
  }
}
