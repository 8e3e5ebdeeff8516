/** The loudspeaker: the playout worklet in a context, and its reports as events. */
import { createEmitter, type Emitter } from '../emitter.js'
import {
  PLAYOUT_PROCESSOR,
  type PlayoutCommand,
  type PlayoutReport,
  type PlayoutSettings,
} from '../worklet/messages.js'
import { createEarClock } from './ear-clock.js'
import { loadWorklet, type WorkletSource } from './worklet.js'

export interface PlayerOptions extends WorkletSource {
  readonly context: AudioContext
  /** Rate of the replies, Hz. */
  readonly sampleRate: number
  /** Sound to hold before playing and after a gap. Default 60 ms. */
  readonly jitterMs?: number
  readonly maxBufferMs?: number
  /** Where its sound goes. Default: the loudspeaker of the context. */
  readonly to?: AudioNode
}

type Report<Kind extends PlayoutReport['kind']> = Extract<PlayoutReport, { kind: Kind }>

export interface PlayerEvents {
  /** Heard so far of a reply: at its first sample, every 100 ms, and with `final` at its end or after `clear`. */
  played: Report<'played'>
  /** Where the sound stands, ahead of the ear; what `earTime` passes is heard. */
  playhead: Report<'playhead'>
  level: Report<'level'>
  underrun: Report<'underrun'>
  dropped: Report<'dropped'>
}

export interface Player {
  readonly sampleRate: number
  on: Emitter<PlayerEvents>['on']
  /** The sound that follows is of `reply` from `fromMs` on. */
  begin(reply: string, fromMs: number): void
  /** The array belongs to the player from then on. */
  push(samples: Int16Array<ArrayBuffer>): void
  /** All of the reply has been pushed; what lies beyond `totalMs` is a codec's padding and counts for nothing. */
  end(reply: string, totalMs?: number): void
  /** Stops the reply (all of them without one) within 5 ms and drops what waits. */
  clear(reply?: string): void
  /** Lowers the sound by 18 dB, or restores it. */
  duck(on: boolean): void
  /** Context time of what is at the ear at `nowMs` of `performance.now()`, s. */
  earTime(nowMs: number): number
  close(): void
}

const LATENCY_EVERY_MS = 1_000

/** Rejects with `unsupported`, `insecure-page` or `worklet-failed`. */
export async function createPlayer(options: PlayerOptions): Promise<Player> {
  const { context, sampleRate } = options
  await loadWorklet(context, options)
  const events = createEmitter<PlayerEvents>()
  const node = new AudioWorkletNode(context, PLAYOUT_PROCESSOR, {
    numberOfInputs: 0,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    processorOptions: {
      sourceRate: sampleRate,
      ...(options.jitterMs === undefined ? {} : { jitterMs: options.jitterMs }),
      ...(options.maxBufferMs === undefined ? {} : { maxBufferMs: options.maxBufferMs }),
    } satisfies PlayoutSettings,
  })
  node.port.onmessage = (event: MessageEvent<PlayoutReport>) =>
    events.emit(event.data.kind, event.data as never)
  node.connect(options.to ?? context.destination)

  function command(what: PlayoutCommand, transfer: Transferable[] = []): void {
    node.port.postMessage(what, transfer)
  }
  // The figure settles only once sound flows, and changes with the device (a headset by radio adds 200 ms).
  function tellLatency(): void {
    command({ kind: 'latency', ms: outputLatencyMs(context) })
  }

  const earClock = createEarClock(context)
  tellLatency()
  const timer = setInterval(tellLatency, LATENCY_EVERY_MS)
  return {
    sampleRate,
    on: events.on,
    begin: (reply, fromMs) => command({ kind: 'begin', reply, fromMs }),
    push: samples => command({ kind: 'push', samples }, [samples.buffer]),
    end: (reply, totalMs = Number.POSITIVE_INFINITY) => command({ kind: 'end', reply, totalMs }),
    clear: reply => command(reply === undefined ? { kind: 'clear' } : { kind: 'clear', reply }),
    duck: on => command({ kind: 'duck', on }),
    earTime: earClock,
    close() {
      clearInterval(timer)
      command({ kind: 'stop' })
      node.port.onmessage = null
      node.disconnect()
    },
  }
}

/** From rendering to the ear: inside the browser and beyond it (Web Audio API, AudioContext latencies). */
export function outputLatencyMs(context: Pick<AudioContext, 'baseLatency' | 'outputLatency'>): number {
  return ((context.baseLatency || 0) + (context.outputLatency || 0)) * 1000
}
