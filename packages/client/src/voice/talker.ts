/**
 * The person's voice on this page: one microphone at a time, muted or not, with its level. Whatever is asked for while
 * another is still opening takes its place, and what opens too late is closed again.
 */
import { ClientError } from '../client-error.js'
import type { AudioSource } from '../devices/audio-source.js'
import type { MicrophoneOptions } from '../devices/microphone.js'
import { createVoiceActivity, type VoiceActivity } from './voice-activity.js'
import type { PageSound } from './voice-devices.js'
import type { MicrophoneStatus } from './voice-page-types.js'

export interface Talker {
  readonly activity: VoiceActivity
  readonly status: MicrophoneStatus
  readonly level: number
  /** Resolves once it is heard, or was overtaken by `close` or another `open`; rejects with a `ClientError`. */
  open(sound: PageSound, options: Omit<MicrophoneOptions, 'context'>): Promise<void>
  setMuted(muted: boolean): void
  close(): void
}

export interface TalkerHooks {
  frame(samples: Int16Array<ArrayBuffer>, sampleRate: number): void
  status(status: MicrophoneStatus): void
  /** By level. */
  speaking(on: boolean): void
  /** Another microphone than the chosen one is heard. */
  otherDevice(label: string): void
  lost(error: ClientError): void
}

const SILENCE_DBFS = -100

export function createTalker(threshold: number | undefined, hooks: TalkerHooks): Talker {
  const activity = createVoiceActivity(threshold)
  let source: AudioSource | undefined
  let leave: readonly (() => void)[] = []
  let status: MicrophoneStatus = 'off'
  let muted = false
  let level = SILENCE_DBFS
  let speaking = false
  let generation = 0

  function become(next: MicrophoneStatus): void {
    if (next === status) return
    status = next
    hooks.status(next)
  }

  function speaks(on: boolean): void {
    if (on === speaking) return
    speaking = on
    hooks.speaking(on)
  }

  function quiet(): void {
    activity.reset()
    level = SILENCE_DBFS
    speaks(false)
  }

  function letGo(): void {
    for (const each of leave) each()
    leave = []
    source?.close()
    source = undefined
    quiet()
  }

  function hear(opened: AudioSource): void {
    letGo()
    source = opened
    opened.muted = muted
    leave = [
      opened.on('frame', ({ samples, levelDbfs }) => {
        const durationMs = (samples.length * 1000) / opened.sampleRate
        level = levelDbfs
        speaks(activity.hear(levelDbfs, durationMs))
        hooks.frame(samples, opened.sampleRate)
      }),
      opened.on('silenced', ({ on }) => become(on ? 'silenced' : 'on')),
      opened.on('device-changed', ({ label }) => hooks.otherDevice(label)),
      opened.on('ended', ({ error }) => {
        letGo()
        become(error?.code === 'microphone-denied' ? 'denied' : 'none')
        hooks.lost(error ?? new ClientError('microphone-lost'))
      }),
    ]
    become(opened.silenced ? 'silenced' : 'on')
  }

  return {
    activity,
    get status() {
      return status
    },
    get level() {
      return level
    },
    async open(sound, options) {
      const mine = ++generation
      if (source === undefined) become('asking')
      try {
        const { opened, instead } = await openOrDefault(sound, options)
        if (mine !== generation) return opened.close()
        hear(opened)
        if (instead) hooks.otherDevice(opened.label)
      } catch (thrown) {
        if (mine !== generation) return
        const error =
          thrown instanceof ClientError
            ? thrown
            : new ClientError('unsupported', undefined, { cause: thrown })
        // One that is heard goes on being heard.
        if (source === undefined) become(error.code === 'microphone-denied' ? 'denied' : 'none')
        throw error
      }
    },
    setMuted(next) {
      muted = next
      if (source !== undefined) source.muted = next
      if (next) quiet()
    },
    close() {
      generation++
      letGo()
      // Why there was none stays to be seen.
      if (status !== 'denied' && status !== 'none') become('off')
    },
  }
}

/** The chosen one may have been unplugged since it was chosen. */
async function openOrDefault(
  sound: PageSound,
  options: Omit<MicrophoneOptions, 'context'>,
): Promise<{ readonly opened: AudioSource; readonly instead: boolean }> {
  try {
    return { opened: await sound.openMicrophone(options), instead: false }
  } catch (thrown) {
    const gone = thrown instanceof ClientError && thrown.code === 'microphone-missing'
    if (!gone || options.deviceId === undefined) throw thrown
    const { deviceId: _gone, ...anyDevice } = options
    return { opened: await sound.openMicrophone(anyDevice), instead: true }
  }
}
