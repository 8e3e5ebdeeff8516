/**
 * The console's side of a conversation: what its buttons do. Knows nothing of React. Every action may be called at
 * any time; what comes late for its conversation is undone.
 */
import { ClientError } from '@parley/client'
import { type ConsoleState, initialState, problemOf, type SpokenLanguage } from './console-state.js'
import { createLevels, type Levels } from './levels.js'
import { createLine } from './line.js'
import { createProsodyLine, type ProsodyLine } from './prosody-line.js'
import type { Sample } from './samples.js'
import { createSpeaking, type SpeakingControl } from './speaking.js'
import { createSteady, type SteadyState } from './steady.js'
import { createStore, type Store } from './store.js'
import type { TokenKeeper } from './token-keeper.js'

export interface ConsoleSession
  extends Pick<Store<ConsoleState>, 'snapshot' | 'subscribe'>,
    Pick<SpeakingControl, 'setPushToTalk' | 'hold'> {
  /** The snapshot without what changes many times a second; the same object until another part changes. */
  readonly steady: () => SteadyState
  readonly levels: Levels
  readonly followProsody: ProsodyLine['follow']
  /** Connects without speaking. */
  connect(): void
  /** Opens or closes the microphone. */
  toggleTalk(): void
  /** Plays a recording in place of the microphone, or stops it. */
  toggleSample(sample: Sample): void
  /** `language` in BCP 47 for the browser's recogniser. */
  toggleBrowserRecogniser(language: string): void
  /** Connects if need be; false where the text could not be taken. */
  sendText(text: string): Promise<boolean>
  interrupt(): void
  /** Says yes or no to being recorded; a no deletes what was kept. */
  consent(granted: boolean): void
  end(): void
  /** The access token of this tab; empty where there is none. */
  token(): string
  setToken(token: string): void
  setSpokenLanguage(language: SpokenLanguage): void
  setPageLanguage(language: string): void
  dismissProblem(): void
}

export interface ConsoleSessionOptions {
  readonly url: string
  readonly token: TokenKeeper
  /** Which agent the next conversation is with; the gateway's default without. */
  readonly agent?: () => string | undefined
}

export function createConsoleSession(options: ConsoleSessionOptions): ConsoleSession {
  const store = createStore(initialState)
  const levels = createLevels()
  const prosody = createProsodyLine()
  const line = createLine({ ...options, store, levels, prosody, ended: () => speaking.stop() })
  const speaking = createSpeaking({ store, levels, line })

  function fail(thrown: unknown): void {
    store.update({ problem: problemOf(thrown) })
  }

  async function sendText(text: string): Promise<boolean> {
    // A client that is away for a moment keeps the text itself; only a missing one is waited for.
    const to = line.client ?? (await line.open())?.client
    if (to === undefined) return false
    try {
      to.sendText(text)
      return true
    } catch (thrown) {
      fail(thrown)
      return false
    }
  }

  addEventListener('pagehide', () => line.client?.close())

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    steady: createSteady(store.snapshot),
    levels,
    followProsody: prosody.follow,
    connect: () => void line.open(),
    toggleTalk() {
      const { speaking: now } = store.snapshot()
      if (now === 'nothing' || now === 'recording') speaking.microphone()
      else speaking.stop()
    },
    toggleSample(sample) {
      if (store.snapshot().sample === sample.id) speaking.stop()
      else speaking.recording(sample)
    },
    toggleBrowserRecogniser(language) {
      if (store.snapshot().speaking === 'browser') speaking.stop()
      else speaking.browser(language, text => void sendText(text))
    },
    sendText,
    interrupt() {
      if (line.client?.state !== 'ready') return
      line.client.interrupt().catch(thrown => {
        // A connection that broke or ended meanwhile has silenced the agent as well, and says so itself.
        if (thrown instanceof ClientError && thrown.code === 'timeout') fail(thrown)
      })
    },
    consent(granted) {
      try {
        line.client?.consent(granted)
      } catch (thrown) {
        fail(thrown)
      }
    },
    end() {
      line.hangUp()
      speaking.stop()
    },
    setPushToTalk: speaking.setPushToTalk,
    hold: speaking.hold,
    token: () => options.token.token,
    setToken: options.token.keep,
    setSpokenLanguage: spokenLanguage => store.update({ spokenLanguage }),
    setPageLanguage: pageLanguage => store.update({ pageLanguage }),
    dismissProblem: () => store.update({ problem: undefined }),
  }
}
