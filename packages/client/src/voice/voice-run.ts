/**
 * One conversation from `start()` to its end, as far as the page's devices go: opens them, keeps them open through
 * unplugging, phone calls and other sound cards, and gives all of it back. Invariant: after `end()` nothing it began
 * is left, whatever was still being opened.
 */
import type { DeviceRole } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import type { MicrophoneOptions } from '../devices/microphone.js'
import type { Player } from '../devices/player.js'
import type { Environment } from '../environment.js'
import type { VoiceClient } from '../voice-types.js'
import type { TookTransport } from '../webrtc/webrtc-types.js'
import type { Speaker } from './speaker.js'
import type { Talker } from './talker.js'
import type { PageSound, VoiceDevices } from './voice-devices.js'
import type { VoiceNews, VoiceOptions } from './voice-page-types.js'
import { ratesOf, type VoiceRates, workletOf } from './voice-rates.js'
import type { VoiceStore } from './voice-store.js'

export interface VoiceRun {
  /** Resolves once microphone and loudspeaker are there, or it was ended; rejects with a `ClientError`. */
  open(): Promise<void>
  /** Opens the microphone chosen by now. Never rejects: faults are told. */
  openMicrophone(): Promise<void>
  /** Opens it, unless the page wants none, for a device that wants to be the speaker; resolves to whether it may be. */
  prepareToSpeak(): Promise<boolean>
  /** Another device is the speaker. */
  closeMicrophone(): void
  setSpeaker(deviceId: string | undefined): Promise<void>
  /** Which way the connection goes that is coming about. */
  carriedBy(took: TookTransport): void
  /** What the microphone hears, for calls. */
  readonly line: MediaStream | undefined
  /** The rate of what the gateway sends is another than expected, Hz. */
  playAt(outputRate: number): Promise<void>
  /** From rendering to the ear, ms. */
  readonly latencyMs: number
  end(): void
}

export interface VoiceRunParts {
  readonly options: VoiceOptions
  readonly environment: Environment
  readonly devices: VoiceDevices
  readonly client: VoiceClient
  readonly speaker: Speaker
  readonly talker: Talker
  readonly store: VoiceStore
  readonly otherDevice: (change: VoiceNews['device-changed']) => void
  readonly problem: (error: ClientError) => void
  /** The page goes for good. */
  readonly leave: () => void
}

/** Where the card is there but renders nothing, the system took it without a word. */
const STILL_MS = 1_000

/** Opens the context at once, as it needs the person's click. Throws `unsupported`. */
export function beginVoiceRun(parts: VoiceRunParts): VoiceRun {
  const { options, devices, client, speaker, talker, store } = parts
  const { page } = devices
  let rates: VoiceRates = { input: 0, output: 0 }
  let over = false
  let opened = false
  let renewing = false
  let microphoneWanted = options.microphone !== 'off' && wantedRole(options) === 'speaker'
  let socketPlayer: Player | undefined
  let isCall = false
  let wasInterrupted = false
  let cancelCheck = () => {}
  const calls = takesCalls(options)
  let sound = devices.openSound({ calls })
  let leaveSound = watchSound()
  let releaseScreen = () => {}
  keepScreenOn()
  const leave = [
    page.onVisible(shown),
    page.onLeave(parts.leave),
    devices.onDevices(() => void devicesChanged()),
  ]

  function watchSound(): () => void {
    const tell = () => {
      const { state, setSpeaker } = sound
      store.update({ sound: state, canChooseSpeaker: setSpeaker !== undefined })
      if (state === 'on' && wasInterrupted) checkSoundGoesOn()
      wasInterrupted = state === 'interrupted' || (wasInterrupted && state !== 'on')
    }
    tell()
    return sound.onState(tell)
  }

  /** iPhones give the sound back after a phone call in name only, now and then. */
  function checkSoundGoesOn(): void {
    cancelCheck()
    const beforeS = sound.passedS
    cancelCheck = parts.environment.after(STILL_MS, () => {
      const stands = sound.state === 'on' && sound.passedS === beforeS
      // A context of the page's own is the page's to renew.
      if (!over && opened && stands && options.context === undefined) void renewSound()
    })
  }

  function keepScreenOn(): void {
    releaseScreen()
    releaseScreen = options.keepScreenOn && page.visible() ? page.keepScreenOn() : () => {}
  }

  /** While it was hidden the system may have taken the sound, and the connection may have died unnoticed. */
  function shown(): void {
    if (!page.visible()) return
    sound.resume()
    if (sound.state === 'on') checkSoundGoesOn()
    // Taken for good while the page was hidden; nothing tells when it can be had again but this.
    if (opened && microphoneWanted && talker.status === 'none') void openMicrophone()
    client.wake()
    keepScreenOn()
  }

  function microphoneOptions(): Omit<MicrophoneOptions, 'context'> {
    const { echoCancellation, noiseSuppression, autoGainControl } = options
    const { microphoneId } = store.snapshot()
    return {
      ...workletOf(options),
      sampleRate: rates.input,
      ...(microphoneId === undefined ? {} : { deviceId: microphoneId }),
      ...(echoCancellation === undefined ? {} : { echoCancellation }),
      ...(noiseSuppression === undefined ? {} : { noiseSuppression }),
      ...(autoGainControl === undefined ? {} : { autoGainControl }),
    }
  }

  function openPlayer(on: PageSound, sampleRate: number) {
    const { jitterMs } = options
    return on.openPlayer({
      ...workletOf(options),
      sampleRate,
      ...(jitterMs === undefined ? {} : { jitterMs }),
    })
  }

  /** The player of sockets stays open during calls, as they may fall back to one. */
  function usePlayer(player: Player): void {
    const last = socketPlayer
    socketPlayer = player
    if (!isCall) speaker.use({ ...player, close() {} })
    if (last !== player) last?.close()
  }

  function carriedBy(took: TookTransport): void {
    if (over) return
    if (took.took === 'webrtc') {
      isCall = true
      socketPlayer?.clear()
      speaker.use(sound.playCall(took))
    } else if (isCall) {
      isCall = false
      if (socketPlayer !== undefined) usePlayer(socketPlayer)
    }
  }

  async function openFirstPlayer(): Promise<void> {
    const player = await openPlayer(sound, rates.output)
    if (over) return player.close()
    usePlayer(player)
    const { speakerId } = store.snapshot()
    if (speakerId === undefined) return
    try {
      await chooseSpeaker(sound, speakerId)
    } catch {
      speakerGone('')
    }
  }

  async function openFirstMicrophone(): Promise<void> {
    if (!microphoneWanted) return
    if (options.microphone === 'optional') return openMicrophone()
    await talker.open(sound, microphoneOptions())
  }

  async function openMicrophone(): Promise<void> {
    microphoneWanted = true
    // One that is asked for before `open` has found out the rates is opened there.
    if (rates.input === 0) return
    try {
      await talker.open(sound, microphoneOptions())
    } catch (thrown) {
      if (!over) parts.problem(thrown as ClientError)
    }
    await relist()
  }

  async function prepareToSpeak(): Promise<boolean> {
    const isHeard = () => talker.status === 'on' || talker.status === 'silenced'
    if (options.microphone === 'off' || isHeard()) return true
    try {
      await talker.open(sound, microphoneOptions())
    } catch (thrown) {
      if (!over) parts.problem(thrown as ClientError)
      return false
    }
    if (over || !isHeard()) return false
    microphoneWanted = true
    void relist()
    return true
  }

  async function relist(): Promise<void> {
    const list = await devices.list()
    if (!over) store.update({ devices: list })
  }

  async function devicesChanged(): Promise<void> {
    await relist()
    if (over || !opened) return
    const { speakerId, devices: list } = store.snapshot()
    const known = list.speakers.some(({ id }) => id === speakerId)
    // Where the browser tells no loudspeakers at all, nothing can be said of the chosen one.
    if (speakerId !== undefined && list.speakers.length > 0 && !known) {
      await sound.setSpeaker?.('').catch(() => {})
      speakerGone(list.speakers[0]?.label ?? '')
    }
    if (microphoneWanted && talker.status === 'none') await openMicrophone()
    const rate = devices.cardRate()
    if (!over && rate !== undefined && rate !== sound.sampleRate) await renewSound()
  }

  function speakerGone(label: string): void {
    if (over) return
    store.update({ speakerId: undefined })
    parts.otherDevice({ kind: 'speaker', label })
  }

  /**
   * The card runs at another rate (a radio headset does that on phones, where the old context then sounds wrong): a
   * context for it takes over, and what was not heard on the old one is sent again.
   */
  async function renewSound(): Promise<void> {
    if (renewing) return
    renewing = true
    let next: PageSound | undefined
    try {
      next = devices.openSound({ calls })
      const player = await openPlayer(next, rates.output)
      if (!over && microphoneWanted && talker.status !== 'off') await talker.open(next, microphoneOptions())
      if (!over) await speaker.settle()
      if (over) {
        player.close()
        return next.close()
      }
      const { speakerId } = store.snapshot()
      if (speakerId !== undefined) await next.setSpeaker?.(speakerId).catch(() => {})
      moveTo(next)
      isCall = false
      usePlayer(player)
      client.resume()
    } catch (thrown) {
      next?.close()
      if (!over) parts.problem(thrown instanceof ClientError ? thrown : new ClientError('unsupported'))
    } finally {
      renewing = false
    }
  }

  function moveTo(next: PageSound): void {
    leaveSound()
    sound.close()
    sound = next
    leaveSound = watchSound()
  }

  return {
    async open() {
      const found = await ratesOf(options, parts.environment)
      if (over) return
      rates = found
      await Promise.all([openFirstPlayer(), openFirstMicrophone()])
      opened = true
      await relist()
    },
    openMicrophone,
    prepareToSpeak,
    carriedBy,
    get line() {
      return sound.line
    },
    closeMicrophone() {
      microphoneWanted = false
      talker.close()
    },
    async setSpeaker(deviceId) {
      await chooseSpeaker(sound, deviceId ?? '')
    },
    async playAt(outputRate) {
      if (over || isCall || rates.output === outputRate) return
      rates = { ...rates, output: outputRate }
      try {
        const player = await openPlayer(sound, outputRate)
        if (over) return player.close()
        usePlayer(player)
        client.resume()
      } catch (thrown) {
        if (!over) parts.problem(thrown as ClientError)
      }
    },
    get latencyMs() {
      return sound.latencyMs
    },
    end() {
      if (over) return
      over = true
      for (const each of leave) each()
      releaseScreen()
      talker.close()
      cancelCheck()
      speaker.use(undefined)
      socketPlayer?.close()
      leaveSound()
      sound.close()
      store.update({ sound: 'off' })
    },
  }
}

/** Whether the microphone has to be on a track: what is sealed takes the socket. */
function takesCalls({ transport, gatewayKey, encryption = gatewayKey !== undefined }: VoiceOptions): boolean {
  return !encryption && (transport === 'webrtc' || transport === 'auto')
}

/** What a device asks to be. */
export function wantedRole({ join }: Pick<VoiceOptions, 'join'>): DeviceRole {
  return join?.as ?? 'speaker'
}

async function chooseSpeaker(sound: PageSound, deviceId: string): Promise<void> {
  if (sound.setSpeaker === undefined) {
    if (deviceId === '') return
    const cure = 'choose it in the system’s settings'
    throw new ClientError('unsupported', `This browser does not let a page choose the loudspeaker; ${cure}.`)
  }
  try {
    await sound.setSpeaker(deviceId)
  } catch (cause) {
    throw new ClientError('speaker-missing', undefined, { cause })
  }
}
