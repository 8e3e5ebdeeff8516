/** A stream on a page without a browser: hand-driven time, sockets and a microphone that the test speaks into. */
import { createVirtualPage } from '../../../client/dist/testing/virtual-page.js'
import { createProsodyStream } from './prosody-stream.js'
import type { MicrophoneWish, ProsodySource, ProsodyStreamOptions } from './stream-types.js'

export interface FakeMicrophone {
  readonly wishes: MicrophoneWish[]
  readonly open: (wish: MicrophoneWish) => Promise<ProsodySource>
  /** How it goes from now on. */
  answer: 'grants' | 'waits' | Error
  readonly running: number
  sampleRate: number
  speak(samples: number): void
  unplug(): void
  /** Answers those that wait. */
  grant(): void
}

export function createFakeMicrophone(): FakeMicrophone {
  const frames = new Set<(frame: { readonly samples: Int16Array<ArrayBuffer> }) => void>()
  const ends = new Set<(end: { readonly error?: unknown }) => void>()
  const waiting: (() => void)[] = []
  let running = 0
  const microphone: FakeMicrophone = {
    wishes: [],
    answer: 'grants',
    sampleRate: 16_000,
    get running() {
      return running
    },
    async open(wish) {
      microphone.wishes.push(wish)
      if (microphone.answer instanceof Error) throw microphone.answer
      if (microphone.answer === 'waits') await new Promise<void>(resolve => waiting.push(resolve))
      running++
      return {
        sampleRate: microphone.sampleRate,
        on(name: 'frame' | 'ended', listener: (event: never) => void) {
          const set = (name === 'frame' ? frames : ends) as Set<(event: never) => void>
          set.add(listener)
          return () => set.delete(listener)
        },
        close: () => running--,
      }
    },
    speak(samples) {
      for (const frame of frames) frame({ samples: new Int16Array(samples).fill(1000) })
    },
    unplug() {
      for (const end of ends) end({ error: new Error('gone') })
    },
    grant() {
      for (const each of waiting.splice(0)) each()
    },
  }
  return microphone
}

export function virtualStream(options: ProsodyStreamOptions = {}) {
  const page = createVirtualPage()
  const microphone = createFakeMicrophone()
  const { openSocket, now, after, random, network } = page.environment
  const stream = createProsodyStream({
    url: 'wss://gateway.example/prosody',
    openMicrophone: microphone.open,
    environment: { openSocket, now, after, random, network, nextFrame: run => after(16, run) },
    ...options,
  })
  const states: string[] = []
  let renders = 0
  stream.subscribe(() => {
    renders++
    const { state } = stream.snapshot()
    if (states.at(-1) !== state) states.push(state)
  })

  function last() {
    const socket = page.sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }

  return {
    page,
    stream,
    microphone,
    states,
    last,
    get renders() {
      return renders
    },
    /** The far end of the newest socket accepts and greets. */
    async greet() {
      await page.pass(0)
      last().accept()
      last().say(greeting)
    },
    frame: (values: object = {}) => last().say(frameMessage(values)),
  }
}

export const greeting = JSON.stringify({ type: 'connected', timestamp: 1, message: 'Prosody stream ready' })

export function frameMessage(values: object = {}): string {
  return JSON.stringify({
    type: 'prosody',
    timestamp: 1,
    pitchHz: 220,
    energy: 0.6,
    speaking: true,
    ...values,
  })
}
