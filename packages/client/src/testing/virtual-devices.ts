/** Sound and devices of a page without a browser: the test speaks, unplugs, hides the page and rings the phone. */
import { ClientError } from '../client-error.js'
import type { AudioSource, AudioSourceEvents } from '../devices/audio-source.js'
import type { DeviceList } from '../devices/device-list.js'
import type { MicrophoneOptions } from '../devices/microphone.js'
import type { Player, PlayerEvents } from '../devices/player.js'
import { createEmitter } from '../emitter.js'
import type { PageSound, SoundState, VoiceDevices } from '../voice/voice-devices.js'

export interface VirtualMicrophone extends AudioSource {
  readonly wish: Omit<MicrophoneOptions, 'context'>
  readonly closed: boolean
  readonly emit: <Name extends keyof AudioSourceEvents>(name: Name, event: AudioSourceEvents[Name]) => void
  /** Frames of 20 ms at this level. */
  speak(frames: number, levelDbfs?: number): void
}

export interface VirtualPlayer extends Player {
  readonly emit: <Name extends keyof PlayerEvents>(name: Name, event: PlayerEvents[Name]) => void
  /** What it was told, but for the samples. */
  readonly told: (readonly unknown[])[]
  readonly closed: boolean
}

export interface VirtualSound extends PageSound {
  state: SoundState
  passedS: number
  readonly closed: boolean
  readonly speaker: string
  become(state: SoundState): void
  resumed: number
}

export interface VirtualDevices {
  readonly devices: VoiceDevices
  readonly sounds: VirtualSound[]
  readonly microphones: VirtualMicrophone[]
  readonly players: VirtualPlayer[]
  /** Those of calls. */
  readonly callPlayers: VirtualPlayer[]
  list: DeviceList
  /** How the microphone goes from now on. */
  answer: 'grants' | 'waits' | ClientError
  cardRate: number
  canChooseSpeaker: boolean
  /** Listeners that are left on the page. */
  readonly watchers: number
  readonly screenLocks: number
  /** Answers those that wait for the microphone. */
  grant(): void
  setVisible(visible: boolean): void
  leave(): void
  changeDevices(list: DeviceList): void
}

export const twoDevices: DeviceList = {
  microphones: [
    { id: 'mic-1', label: 'Built in' },
    { id: 'mic-2', label: 'Headset' },
  ],
  speakers: [
    { id: 'out-1', label: 'Built in' },
    { id: 'out-2', label: 'Headset' },
  ],
}

export function createVirtualDevices(): VirtualDevices {
  const page = createEmitter<{ visible: undefined; leave: undefined; devices: undefined }>()
  const waiting: (() => void)[] = []
  let visible = true
  let watchers = 0
  let screenLocks = 0

  function watch(name: 'visible' | 'leave' | 'devices', heard: () => void): () => void {
    watchers++
    const stop = page.on(name, heard)
    return () => {
      watchers--
      stop()
    }
  }

  async function openMicrophone(wish: Omit<MicrophoneOptions, 'context'>): Promise<AudioSource> {
    const { answer } = all
    if (answer instanceof ClientError) throw answer
    const { deviceId } = wish
    const known = all.list.microphones.find(({ id }) => id === deviceId)
    if (deviceId !== undefined && known === undefined) throw new ClientError('microphone-missing')
    if (answer === 'waits') await new Promise<void>(resolve => waiting.push(resolve))
    const microphone = createMicrophone(wish, known?.label ?? 'Built in')
    all.microphones.push(microphone)
    return microphone
  }

  function openSound({ calls = false }: { readonly calls?: boolean } = {}): PageSound {
    const sound = createSound(all, openMicrophone, calls)
    all.sounds.push(sound)
    return sound
  }

  const all: VirtualDevices = {
    sounds: [],
    microphones: [],
    players: [],
    callPlayers: [],
    list: twoDevices,
    answer: 'grants',
    cardRate: 48_000,
    canChooseSpeaker: true,
    get watchers() {
      return watchers
    },
    get screenLocks() {
      return screenLocks
    },
    grant() {
      for (const each of waiting.splice(0)) each()
    },
    setVisible(next) {
      visible = next
      page.emit('visible', undefined)
    },
    leave: () => page.emit('leave', undefined),
    changeDevices(list) {
      all.list = list
      page.emit('devices', undefined)
    },
    devices: {
      openSound,
      cardRate: () => all.cardRate,
      list: () => Promise.resolve(all.list),
      onDevices: changed => watch('devices', changed),
      page: {
        visible: () => visible,
        onVisible: changed => watch('visible', changed),
        onLeave: leave => watch('leave', leave),
        keepScreenOn() {
          screenLocks++
          return () => {
            screenLocks--
          }
        },
      },
    },
  }
  return all
}

function createSound(
  all: VirtualDevices,
  openMicrophone: PageSound['openMicrophone'],
  calls: boolean,
): VirtualSound {
  const events = createEmitter<{ state: undefined }>()
  let closed = false
  let speaker = ''
  const sound: VirtualSound = {
    state: 'on',
    resumed: 0,
    sampleRate: all.cardRate,
    latencyMs: 20,
    passedS: 0,
    line: calls ? ({ getAudioTracks: () => [{ kind: 'audio' }] } as unknown as MediaStream) : undefined,
    playCall() {
      const player = createPlayerOf(48_000)
      all.callPlayers.push(player)
      return player
    },
    get closed() {
      return closed
    },
    get speaker() {
      return speaker
    },
    onState: changed => events.on('state', changed),
    become(state) {
      sound.state = state
      events.emit('state', undefined)
    },
    resume() {
      sound.resumed++
    },
    openMicrophone,
    openPlayer({ sampleRate }) {
      const player = createPlayerOf(sampleRate)
      all.players.push(player)
      return Promise.resolve(player)
    },
    setSpeaker: all.canChooseSpeaker
      ? id => {
          if (id !== '' && !all.list.speakers.some(each => each.id === id))
            return Promise.reject(new Error('gone'))
          speaker = id
          return Promise.resolve()
        }
      : undefined,
    close() {
      closed = true
    },
  }
  return sound
}

function createMicrophone(wish: VirtualMicrophone['wish'], label: string): VirtualMicrophone {
  const events = createEmitter<AudioSourceEvents>()
  const sampleRate = wish.sampleRate ?? 16_000
  let closed = false
  let said = 0
  const microphone: VirtualMicrophone = {
    wish,
    sampleRate,
    label,
    silenced: false,
    muted: false,
    on: events.on,
    emit: events.emit,
    get closed() {
      return closed
    },
    speak(frames, levelDbfs = -20) {
      for (let i = 0; i < frames; i++) {
        const samples = new Int16Array(sampleRate / 50).fill(++said)
        if (!microphone.muted && !closed) events.emit('frame', { samples, levelDbfs })
      }
    },
    close() {
      closed = true
    },
  }
  return microphone
}

function createPlayerOf(sampleRate: number): VirtualPlayer {
  const events = createEmitter<PlayerEvents>()
  const told: (readonly unknown[])[] = []
  let closed = false
  return {
    sampleRate,
    told,
    on: events.on,
    emit: events.emit,
    get closed() {
      return closed
    },
    begin: (reply, fromMs) => void told.push(['begin', reply, fromMs]),
    push: () => void told.push(['push']),
    end: (reply, totalMs) => void told.push(['end', reply, totalMs]),
    clear: reply => void told.push(reply === undefined ? ['clear'] : ['clear', reply]),
    duck: on => void told.push(['duck', on]),
    earTime: nowMs => nowMs / 1000,
    close() {
      closed = true
    },
  }
}
