/**
 * A voice agent on a page, whole: microphone, loudspeaker, session and what is said, in one object. Everything it does
 * is to be had piece by piece as well (`createVoiceClient`, `openMicrophone`, `createPlayer`); here they are joined.
 */
import type { DeviceRole } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import { notRecorded } from '../connection/consents.js'
import { isLive } from '../connection/link.js'
import { type ConversationInput, conversationStep } from '../conversation.js'
import { browserDevices } from '../devices/browser-devices.js'
import { drivePlayer } from '../devices/drive-player.js'
import { createEmitter } from '../emitter.js'
import { browserEnvironment, type Environment } from '../environment.js'
import { createVoiceClient } from '../voice-client.js'
import { createSpeaker } from './speaker.js'
import { createTalker } from './talker.js'
import { createVoiceFigures } from './voice-figures.js'
import type { MicrophoneStatus, Voice, VoiceNews, VoiceOptions, VoiceStatus } from './voice-page-types.js'
import { beginVoiceRun, type VoiceRun, wantedRole } from './voice-run.js'
import { createVoiceStore } from './voice-store.js'

/** Tunnels are longer, but older words no longer fit the conversation. */
const WAITING_AUDIO_MS = 4_000
/** People let go with the last sound of the word, and the sound is some 50 ms late. */
const RELEASE_TAIL_MS = 150

/** Does nothing until `start()`; making one is safe where there is no browser. Throws `bad-option`. */
export function createVoice(options: VoiceOptions): Voice {
  const environment: Environment = { ...browserEnvironment(), ...options.environment }
  const devices = options.devices ?? browserDevices(options.context)
  const client = createVoiceClient({
    ...{ waitingAudioMs: WAITING_AUDIO_MS, ...options, ...joinOf(options, () => talker.status) },
    webrtc: { microphone: () => run?.line, ...options.webrtc },
    reportsPlayed: true,
  })
  const news = createEmitter<VoiceNews>()
  const { microphoneId, speakerId, pushToTalk = false } = options
  const duckLocally = options.duckLocally ?? options.echoCancellation !== false
  const store = createVoiceStore({ microphoneId, speakerId, role: wantedRole(options) })
  const figures = createVoiceFigures(client)
  const speaker = createSpeaker(() => client.ready?.output.sampleRate ?? 0, environment, {
    speaking: on => speaks('agent', on),
  })
  const talker = createTalker(options.threshold, {
    frame: speak,
    status: microphone => store.update({ microphone }),
    speaking: on => speaks('user', on),
    otherDevice(label) {
      store.update({ microphoneId: undefined })
      news.emit('device-changed', { kind: 'microphone', label })
    },
    lost: problem,
  })
  let run: VoiceRun | undefined
  let starting: Promise<void> | undefined
  let takingOver: Promise<void> | undefined
  let cancelRelease: (() => void) | undefined
  let unwatchNetwork = () => {}

  drivePlayer(client, speaker.player, () => true)
  speaker.player.on('played', ({ reply, ms }) => fold({ type: 'played-here', reply, ms }))
  client.on('message', fold)
  client.on('codec-failed', problem)
  client.on('encryption-fault', problem)
  client.on('ready', ({ output }) => {
    becomeRole(client.role)
    noteRecording()
    void run?.playAt(output.sampleRate)
  })
  client.on('transport', took => run?.carriedBy(took))
  client.on('role', ({ role, by }) => becomeRole(role, by))
  client.on('devices', ({ devices: company }) => store.update({ company }))
  client.on('recording', noteRecording)
  client.on('failed', fail)
  client.on('state-changed', ({ state }) => {
    if (state === 'closed') over('ended')
    else refresh()
  })
  muteAsWanted()

  function become(status: VoiceStatus): void {
    const previous = store.snapshot().status
    if (status === previous) return
    store.update({ status })
    news.emit('status', { status, previous })
  }

  /** Who is the speaker has the microphone, and nobody else. */
  function becomeRole(role: DeviceRole, by?: string): void {
    if (role === store.snapshot().role) return
    store.update({ role })
    news.emit('role', { role, by })
    if (role !== 'speaker') run?.closeMicrophone()
    else if (takingOver === undefined) void run?.prepareToSpeak()
  }

  function noteRecording(): void {
    const { recording } = client
    if (recording === store.snapshot().recording) return
    store.update({ recording })
    news.emit('recording', recording)
  }

  async function takeOver(mine: VoiceRun): Promise<void> {
    if (!(await mine.prepareToSpeak()) || run !== mine) return
    try {
      await client.takeOver()
    } catch (thrown) {
      if (run !== mine) return
      mine.closeMicrophone()
      problem(thrown as ClientError)
    }
  }

  function refresh(): void {
    if (run === undefined) return
    if (client.state === 'ready') return become('live')
    if (!isLive(client.state)) return
    if (!environment.network.online()) return become('offline')
    become(client.state === 'reconnecting' ? 'reconnecting' : 'starting')
  }

  function speaks(who: 'user' | 'agent', on: boolean): void {
    const name = who === 'user' ? 'userSpeaking' : 'agentSpeaking'
    if (store.snapshot()[name] === on) return
    if (who === 'user' && duckLocally) speaker.duckHere(on && store.snapshot().agentSpeaking)
    store.update({ [name]: on })
    news.emit('speaking', { who, on })
  }

  function speak(samples: Int16Array<ArrayBuffer>, sampleRate: number): void {
    figures.spokenAt(sampleRate)
    try {
      client.sendAudio(samples, sampleRate)
    } catch (thrown) {
      fail(thrown)
    }
  }

  function fold(input: ConversationInput): void {
    store.update({ conversation: conversationStep(store.snapshot().conversation, input) })
  }

  function problem(error: ClientError): void {
    store.update({ error })
    news.emit('problem', error)
  }

  /** Gives everything back; `status` says how it ended. */
  function over(status: 'ended' | 'failed'): void {
    if (run === undefined) return
    const last = run
    run = undefined
    starting = undefined
    takingOver = undefined
    cancelRelease?.()
    unwatchNetwork()
    last.end()
    client.close()
    store.update({ pressed: false, company: [] })
    noteRecording()
    muteAsWanted()
    become(status)
  }

  function fail(thrown: unknown): void {
    if (run === undefined) return
    const known = thrown instanceof ClientError
    problem(known ? thrown : new ClientError('unsupported', undefined, { cause: thrown }))
    over('failed')
  }

  function start(): Promise<void> {
    if (run !== undefined) return starting ?? Promise.resolve()
    store.update({ error: undefined, role: wantedRole(options), company: [], recording: notRecorded })
    figures.reset()
    speaker.reset()
    try {
      run = beginVoiceRun({
        ...{ options, environment, devices, client, speaker, talker, store, problem },
        otherDevice: change => news.emit('device-changed', change),
        leave: () => over('ended'),
      })
    } catch (thrown) {
      problem(
        thrown instanceof ClientError ? thrown : new ClientError('unsupported', undefined, { cause: thrown }),
      )
      become('failed')
      return Promise.resolve()
    }
    unwatchNetwork = environment.network.onChange(refresh)
    become('starting')
    starting = begin(run)
    return starting
  }

  /** The microphone first: nobody should pay for a session, or be greeted, while the browser still asks. */
  async function begin(mine: VoiceRun): Promise<void> {
    try {
      await mine.open()
      if (run === mine) await client.connect()
    } catch (thrown) {
      if (run === mine) fail(thrown)
    }
  }

  function muteAsWanted(): void {
    const { muted, pressed } = store.snapshot()
    talker.setMuted(muted || (pushToTalk && !pressed))
  }

  function endTurn(): void {
    cancelRelease = undefined
    store.update({ pressed: false })
    muteAsWanted()
    if (talker.status !== 'on' || store.snapshot().muted || !isLive(client.state)) return
    try {
      client.commit()
    } catch (thrown) {
      problem(thrown as ClientError)
    }
  }

  return {
    client,
    player: speaker.player,
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    on: news.on,
    start,
    stop: () => over('ended'),
    setMuted(muted) {
      store.update({ muted })
      muteAsWanted()
    },
    press() {
      if (!pushToTalk || run === undefined) return
      cancelRelease?.()
      cancelRelease = undefined
      store.update({ pressed: true })
      muteAsWanted()
    },
    release() {
      if (!store.snapshot().pressed || cancelRelease !== undefined) return
      cancelRelease = environment.after(RELEASE_TAIL_MS, endTurn)
    },
    sendText: client.sendText,
    consent: client.consent,
    interrupt: client.interrupt,
    takeOver() {
      if (run === undefined || client.role === 'speaker') return Promise.resolve()
      if (takingOver !== undefined) return takingOver
      const mine = takeOver(run).finally(() => {
        if (takingOver === mine) takingOver = undefined
      })
      takingOver = mine
      return mine
    },
    setThreshold: talker.activity.setThreshold,
    async setMicrophone(deviceId) {
      store.update({ microphoneId: deviceId })
      if (client.role === 'speaker') await run?.openMicrophone()
    },
    async setSpeaker(deviceId) {
      await run?.setSpeaker(deviceId)
      store.update({ speakerId: deviceId })
    },
    levels: () => ({ user: talker.level, agent: speaker.figures.level }),
    metrics: () => figures.metrics(speaker.figures, run?.latencyMs ?? 0),
  }
}

/** A page that can do without a microphone does not take the conversation from a device that has one. */
function joinOf(
  { join, microphone }: VoiceOptions,
  status: () => MicrophoneStatus,
): Pick<VoiceOptions, 'join'> {
  if (join?.as !== 'speaker' || microphone !== 'optional') return {}
  return {
    join: {
      ...join,
      get as() {
        return status() === 'on' || status() === 'silenced' ? 'speaker' : 'controller'
      },
    },
  }
}
