/**
 * The console's side of a conversation: joins client, microphone and player and folds what happens into one state.
 * Knows nothing of React. Every action may be called at any time; what comes late for its conversation is undone.
 */
import {
  type AudioSource,
  ClientError,
  conversationStep,
  createVoiceClient,
  openMicrophone,
  openRecording,
  playThrough,
  speakFrom,
  type VoiceClient,
} from '@parley/client'
import { startBrowserRecogniser } from './browser-recogniser.js'
import { type ConsoleState, initialState, isConnected, type Problem, problemOf } from './console-state.js'
import { createLevels, type Levels } from './levels.js'
import type { Sample } from './samples.js'
import { createSoundKeeper, type Sound, workletSource } from './sound.js'
import { createStore, type Store } from './store.js'

const OUTPUT_RATE = 24_000
const SAMPLE_TAIL_MS = 8_000
const SAMPLE_MONITOR_GAIN = 0.6

export interface ConsoleSession extends Pick<Store<ConsoleState>, 'snapshot' | 'subscribe'> {
  readonly levels: Levels
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
  end(): void
  setPushToTalk(on: boolean): void
  hold(down: boolean): void
  setToken(token: string): void
  setSpokenLanguage(language: string): void
  dismissProblem(): void
}

export interface ConsoleSessionOptions {
  readonly url: string
  readonly token: string
}

export function createConsoleSession(options: ConsoleSessionOptions): ConsoleSession {
  const store = createStore(initialState)
  const levels = createLevels()
  const keeper = createSoundKeeper({
    outputRate: OUTPUT_RATE,
    blocked: soundBlocked => store.update({ soundBlocked }),
  })
  let token = options.token
  let client: VoiceClient | undefined
  let leaveClient = () => {}
  let stopSpeaking = () => {}
  // Tells an action of the present conversation from one that was ended while it waited.
  let generation = 0

  function fail(thrown: unknown): void {
    store.update({ problem: problemOf(thrown) })
  }

  /** Sound is wanted but not needed: a page that cannot play still shows and types. */
  async function openSound(): Promise<Sound | undefined> {
    try {
      return await keeper.open()
    } catch (thrown) {
      fail(thrown)
      return undefined
    }
  }

  /** Connects unless connected; undefined where it failed or was ended meanwhile. */
  async function converse(): Promise<{ client: VoiceClient; sound: Sound | undefined } | undefined> {
    const mine = generation
    if (!client) store.update({ problem: undefined, connection: 'connecting' })
    const sound = await openSound()
    if (mine !== generation) return undefined
    client ??= begin(sound)
    const present = client
    try {
      await present.connect()
    } catch {
      // `failed` and `closed` have their own listeners, which tell the person.
      return undefined
    }
    return mine === generation ? { client: present, sound } : undefined
  }

  function begin(sound: Sound | undefined): VoiceClient {
    const { spokenLanguage } = store.snapshot()
    const next = createVoiceClient({
      url: options.url,
      output: { sampleRate: OUTPUT_RATE },
      reportsPlayed: sound !== undefined,
      ...(token === '' ? {} : { token }),
      ...(spokenLanguage === '' ? {} : { language: spokenLanguage }),
    })
    const leave = [...watchClient(next), ...(sound ? watchPlayer(next, sound) : [])]
    leaveClient = () => {
      for (const each of leave) each()
    }
    return next
  }

  function watchClient(next: VoiceClient): (() => void)[] {
    return [
      next.on('state-changed', ({ state }) => {
        store.update({ connection: state, ...(state === 'ready' ? { retrying: undefined } : {}) })
        if (state === 'closed') forget()
      }),
      next.on('ready', ready => store.update({ ready })),
      next.on('message', message => {
        store.update({ conversation: conversationStep(store.snapshot().conversation, message) })
      }),
      next.on('round-trip', ({ ms }) => store.update({ roundTripMs: ms })),
      next.on('retrying', ({ inMs, offline }) => store.update({ retrying: { inMs, offline } })),
      next.on('error', ({ code, message }) => report(code, message)),
      next.on('warning', ({ code, message }) => report(code, message)),
      next.on('failed', error => {
        fail(error)
        forget()
      }),
    ]
  }

  function watchPlayer(next: VoiceClient, { player }: Sound): (() => void)[] {
    return [
      playThrough(next, player),
      player.on('level', ({ dbfs }) => levels.setAgent(dbfs)),
      player.on('played', ({ reply, ms }) => {
        const { conversation } = store.snapshot()
        store.update({ conversation: conversationStep(conversation, { type: 'played-here', reply, ms }) })
      }),
    ]
  }

  function report(serverCode: string, message: string): void {
    const problem: Problem = { code: 'gateway', serverCode, message }
    store.update({ problem })
  }

  /** The conversation is over; what is on the screen stays. */
  function forget(): void {
    generation++
    stopSpeaking()
    leaveClient()
    leaveClient = () => {}
    client = undefined
    store.update({ retrying: undefined, roundTripMs: undefined })
  }

  /** Opens a source for the person's voice in place of the one before it. */
  async function speak(as: 'microphone' | 'recording', open: (sound: Sound) => Promise<AudioSource>) {
    stopSpeaking()
    store.update({ speaking: 'opening', problem: undefined })
    let wanted = true
    stopSpeaking = () => {
      wanted = false
      stopSpeaking = () => {}
      store.update({ speaking: 'nothing', sample: undefined, held: false })
    }
    const abandon = stopSpeaking
    const conversation = await converse()
    if (!wanted) return
    if (!conversation?.sound) return abandon()
    try {
      const source = await open(conversation.sound)
      if (wanted) connectSource(conversation.client, source, as)
      else source.close()
    } catch (thrown) {
      if (!wanted) return
      abandon()
      fail(thrown)
    }
  }

  function connectSource(to: VoiceClient, source: AudioSource, as: 'microphone' | 'recording'): void {
    const leave = [
      speakFrom(to, source),
      source.on('frame', ({ levelDbfs }) => levels.setUser(levelDbfs)),
      source.on('ended', ({ error }) => {
        stopSpeaking()
        if (error) fail(error)
      }),
    ]
    stopSpeaking = () => {
      stopSpeaking = () => {}
      for (const each of leave) each()
      source.close()
      setMuted = () => {}
      store.update({ speaking: 'nothing', sample: undefined, held: false })
    }
    setMuted = muted => {
      source.muted = muted && as === 'microphone'
    }
    const { pushToTalk, held } = store.snapshot()
    setMuted(pushToTalk && !held)
    store.update({ speaking: as })
  }
  let setMuted: (muted: boolean) => void = () => {}

  function openTheMicrophone(): void {
    void speak('microphone', ({ context }) => openMicrophone({ context, ...workletSource }))
  }

  function listenInBrowser(language: string): void {
    stopSpeaking()
    store.update({ speaking: 'opening', problem: undefined })
    void converse().then(conversation => {
      if (!conversation || store.snapshot().speaking !== 'opening') return
      const stop = startBrowserRecogniser({
        language,
        interim: interim => store.update({ interim }),
        final: text => void sendText(text),
        ended: reason => {
          stopSpeaking()
          if (reason === undefined || reason === 'no-speech' || reason === 'aborted') return
          const denied = reason === 'not-allowed' || reason === 'service-not-allowed'
          if (denied) fail(new ClientError('microphone-denied'))
          else store.update({ problem: { code: 'browser-recogniser', serverCode: reason, message: reason } })
        },
      })
      stopSpeaking = () => {
        stopSpeaking = () => {}
        stop()
        store.update({ speaking: 'nothing', interim: '' })
      }
      store.update({ speaking: 'browser' })
    })
  }

  async function sendText(text: string): Promise<boolean> {
    // A client that is away for a moment keeps the text itself; only a missing one is waited for.
    const to = client ?? (await converse())?.client
    if (to === undefined) return false
    try {
      to.sendText(text)
      return true
    } catch (thrown) {
      fail(thrown)
      return false
    }
  }

  function interrupt(): void {
    if (client?.state !== 'ready') return
    client.interrupt().catch(thrown => {
      // A connection that broke or ended meanwhile has silenced the agent as well, and says so itself.
      if (thrown instanceof ClientError && thrown.code === 'timeout') fail(thrown)
    })
  }

  addEventListener('pagehide', () => client?.close())

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    levels,
    connect: () => void converse(),
    toggleTalk() {
      const { speaking } = store.snapshot()
      if (speaking === 'nothing' || speaking === 'recording') openTheMicrophone()
      else stopSpeaking()
    },
    toggleSample(sample) {
      if (store.snapshot().sample === sample.id) return stopSpeaking()
      void speak('recording', ({ context }) =>
        openRecording({
          context,
          ...workletSource,
          recording: sample.path,
          tailMs: SAMPLE_TAIL_MS,
          monitorGain: SAMPLE_MONITOR_GAIN,
        }),
      )
      store.update({ sample: sample.id })
    },
    toggleBrowserRecogniser(language) {
      if (store.snapshot().speaking === 'browser') stopSpeaking()
      else listenInBrowser(language)
    },
    sendText,
    interrupt,
    end() {
      generation++
      if (client) client.close()
      else store.update({ connection: 'closed' })
      stopSpeaking()
    },
    setPushToTalk(pushToTalk) {
      store.update({ pushToTalk, held: false })
      setMuted(pushToTalk)
    },
    hold(down) {
      const state = store.snapshot()
      if (!state.pushToTalk || state.held === down) return
      store.update({ held: down })
      setMuted(!down)
      if (down && state.speaking === 'nothing') {
        openTheMicrophone()
        store.update({ held: true })
      }
      if (!down && state.speaking === 'microphone' && isConnected(state)) client?.commit()
    },
    setToken(next) {
      token = next.trim()
    },
    setSpokenLanguage: spokenLanguage => store.update({ spokenLanguage }),
    dismissProblem: () => store.update({ problem: undefined }),
  }
}
