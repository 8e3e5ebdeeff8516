/**
 * The assistant as names of the page, for pages that load it by a `<script>` and know it by these: `SandraRealtime` and
 * its parts. There is one assistant in the page; `initialize` with other options makes another in its place, with what was
 * set at the first.
 */
import type { Emitter } from '../emitter.js'
import { createEmitter } from '../emitter.js'
import { type Assistant, createAssistant } from './assistant.js'
import type { AssistantEvents, AssistantOptions, AssistantStatus, SocketMetrics } from './assistant-types.js'
import { AvatarSync } from './avatar-sync.js'
import { AudioStreamHandler, VADHandler, WebRTCClient } from './page-classes.js'
import { SocketClient } from './socket-client.js'

export interface SandraRealtime
  extends Pick<Assistant, 'startCall' | 'sendMessage' | 'bargeIn' | 'endCall' | 'preloadVoiceModel'> {
  readonly assistant: Assistant
  on: Emitter<AssistantEvents>['on']
  /** Connects. Options count beside those of the page (`SandraRealtimeConfig`) and go before them. */
  initialize(options?: AssistantOptions): Promise<void>
  getStatus(): AssistantStatus
  getMetrics(): SocketMetrics
}

/** What a page may set before the script is loaded. */
interface PageSettings {
  SandraRealtimeConfig?: AssistantOptions
  /** Samples of the microphone in one message. */
  CHUNK_SIZE?: number
}

const told: readonly (keyof AssistantEvents)[] = [
  'status-changed',
  'transcript',
  'words',
  'barge-in:ack',
  'call:ended',
  'level',
  'every',
  'event',
  'failed',
]

/**
 * Puts the names into `scope`; where they are already, nothing happens, so that each of a page's scripts may do it.
 * @param url of the gateway, where the page does not name one
 */
export function installPageGlobals(scope: object, url: string | undefined): SandraRealtime {
  const page = scope as PageSettings & { SandraRealtime?: SandraRealtime }
  if (page.SandraRealtime !== undefined) return page.SandraRealtime
  const sandra = createSandra({
    microphone: 'optional',
    ...(url === undefined ? {} : { url }),
    ...(page.CHUNK_SIZE === undefined ? {} : { chunkSize: page.CHUNK_SIZE }),
    ...page.SandraRealtimeConfig,
  })
  Object.assign(scope, {
    SandraRealtime: sandra,
    ...{ SocketClient, VADHandler, AvatarSync, AudioStreamHandler, WebRTCClient },
  })
  // Of the assistant that is there now; a page that has such names of its own keeps them.
  for (const name of [
    'socketClient',
    'vadHandler',
    'avatarSync',
    'audioStreamHandler',
    'audioProcessor',
  ] as const)
    if (!(name in scope))
      Object.defineProperty(scope, name, {
        configurable: true,
        enumerable: true,
        get: () => sandra.assistant[name],
        set: value => Object.defineProperty(scope, name, { value, writable: true }),
      })
  return sandra
}

function createSandra(defaults: AssistantOptions): SandraRealtime {
  const events = createEmitter<AssistantEvents>()
  let given = defaults
  let assistant = make(given)

  function make(options: AssistantOptions): Assistant {
    const made = createAssistant(options)
    for (const name of told)
      made.on(name, event => {
        if (made === assistant) events.emit(name, event)
      })
    return made
  }

  function replace(options: AssistantOptions): void {
    const { socketClient, vadHandler, audioStreamHandler } = assistant
    assistant.close()
    given = {
      ...given,
      ...socketClient.config,
      vadThreshold: vadHandler.threshold,
      chunkSize: audioStreamHandler.chunkSize,
      ...options,
    }
    assistant = make(given)
  }

  return {
    get assistant() {
      return assistant
    },
    on: events.on,
    initialize(options) {
      if (options !== undefined) replace(options)
      return assistant.initialize()
    },
    startCall: () => assistant.startCall(),
    sendMessage: text => assistant.sendMessage(text),
    bargeIn: () => assistant.bargeIn(),
    endCall: () => assistant.endCall(),
    preloadVoiceModel: () => assistant.preloadVoiceModel(),
    getStatus: () => assistant.getStatus(),
    getMetrics: () => assistant.getMetrics(),
  }
}
