/**
 * A face in step with the agent's voice: at each picture of the page, what is at the ear then. The gateway tells shapes of
 * the mouth by place in the sound, and the player says where that is.
 */
import type { Player } from '../devices/player.js'
import { createProsodyTimeline } from '../prosody/prosody-timeline.js'
import type { ProsodyTimeline, Viseme } from '../prosody/prosody-types.js'
import type { VoiceClient } from '../voice-types.js'

export interface AvatarFrame {
  /** The mouth goes from `viseme` to `next` as `blend` goes from 0 to 1. */
  readonly viseme: Viseme
  readonly next: Viseme
  readonly blend: number
  /** How far the mouth is open, 0–1. */
  readonly mouth: number
  /** How loud the voice is at the ear, 0–1. */
  readonly voice: number
  readonly speaking: boolean
}

/** Runs `draw` before each picture of the page until the returned function is called. */
export type EveryPicture = (draw: (nowMs: number) => void) => () => void

export interface AvatarSyncOptions {
  /** Gets `data-viseme`, and `--mouth` and `--voice` (0–1) as properties of its style. */
  readonly element?: HTMLElement
  readonly onFrame?: (frame: AvatarFrame) => void
  /** Default: `requestAnimationFrame`. */
  readonly everyPicture?: EveryPicture
}

const SILENT: AvatarFrame = { viseme: 'sil', next: 'sil', blend: 0, mouth: 0, voice: 0, speaking: false }

/** How open the mouth stands in each shape, by eye. */
const openness: Readonly<Record<Viseme, number>> = {
  sil: 0,
  PP: 0,
  FF: 0.15,
  TH: 0.25,
  DD: 0.25,
  kk: 0.3,
  CH: 0.3,
  SS: 0.15,
  nn: 0.2,
  RR: 0.3,
  aa: 1,
  E: 0.6,
  I: 0.4,
  O: 0.75,
  U: 0.4,
}

export class AvatarSync {
  readonly #options: AvatarSyncOptions
  #timeline: ProsodyTimeline | undefined
  #stop: (() => void) | undefined
  #frame = SILENT
  #pictures = 0

  constructor(options: AvatarSyncOptions | HTMLElement = {}) {
    this.#options = 'nodeType' in options ? { element: options } : options
  }

  /** What is shown now. */
  get frame(): AvatarFrame {
    return this.#frame
  }

  /** Whether pictures are made. */
  get animating(): boolean {
    return this.#stop !== undefined
  }

  /** Pictures made so far. */
  get pictures(): number {
    return this.#pictures
  }

  /** Shows the sound of this call, until `rest` or the next call. */
  follow(events: Pick<VoiceClient, 'on'>, ear: Pick<Player, 'on' | 'earTime'>): void {
    this.rest()
    const timeline = createProsodyTimeline(events, ear)
    this.#timeline = timeline
    const { everyPicture = everyAnimationFrame } = this.#options
    this.#stop = everyPicture(nowMs => this.#draw(timeline, nowMs))
  }

  /** A shut mouth. */
  rest(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#timeline?.close()
    this.#timeline = undefined
    this.#show(SILENT)
  }

  #draw(timeline: ProsodyTimeline, nowMs: number): void {
    this.#pictures += 1
    const { reply, viseme, next, blend, frame, gain } = timeline.at(nowMs)
    if (reply === undefined) return this.#show(SILENT)
    const open = openness[viseme] + (openness[next] - openness[viseme]) * blend
    const voice = Math.min(1, Math.max(0, (frame?.energy ?? 0) * gain))
    this.#show({ viseme, next, blend, mouth: open, voice, speaking: true })
  }

  #show(frame: AvatarFrame): void {
    const wasSilent = this.#frame === SILENT
    this.#frame = frame
    if (frame === SILENT && wasSilent) return
    const { element, onFrame } = this.#options
    if (element !== undefined) {
      element.dataset.viseme = frame.viseme
      element.style.setProperty('--mouth', frame.mouth.toFixed(3))
      element.style.setProperty('--voice', frame.voice.toFixed(3))
    }
    onFrame?.(frame)
  }
}

const everyAnimationFrame: EveryPicture = draw => {
  let handle = requestAnimationFrame(function again() {
    draw(performance.now())
    handle = requestAnimationFrame(again)
  })
  return () => cancelAnimationFrame(handle)
}
