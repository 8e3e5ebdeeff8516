/**
 * What the page of `avatar.ts` runs: faces on live-like prosody beside a main thread that is kept busy, and the time of
 * every picture. Bundled for a browser; Node never runs it.
 */
import { ProsodyAvatar, type StreamEnvironment, useProsodyStream } from '@parley/react'
import { createElement, type ReactElement } from 'react'
import { createRoot } from 'react-dom/client'

export interface PageCase {
  readonly avatars: number
  /** `source`: drawn beside React. `props`: React renders each frame of prosody. */
  readonly by: 'source' | 'props'
  /** Share of the main thread that something else takes, 0..1. */
  readonly busy: number
  /** CSS pixels of a side. */
  readonly sizePx: number
  readonly warmUpMs: number
  readonly forMs: number
}

export interface PageResult {
  /** Between two pictures, ms. */
  readonly gapsMs: readonly number[]
  /** Sampling, moving and drawing of one face, ms. */
  readonly drawMs: readonly number[]
  readonly renders: number
  readonly messages: number
}

const HOP_MS = 16
const FRAME_MS = 1000 / 60

/** A voice as a gateway would tell it: 4 syllables a second on a gliding pitch, a pause after 2 s, a new mood each. */
function messageAt(ms: number): string {
  const seconds = ms / 1000
  const speaking = seconds % 3 < 2.2
  const syllable = Math.max(0, Math.sin(seconds * Math.PI * 2 * 4))
  const semitones = 5 * Math.sin(seconds * 2.1) + 2 * Math.sin(seconds * 9)
  const voiced = speaking && syllable > 0.1
  return JSON.stringify({
    type: 'prosody',
    atMs: ms,
    pitchHz: voiced ? 170 * 2 ** (semitones / 12) : 0,
    voicing: voiced ? 0.95 : 0.05,
    semitones: voiced ? semitones : 0,
    energy: speaking ? 0.3 + 0.45 * syllable : 0.05,
    centroidHz: voiced ? 900 : 4_500,
    speaking,
    arousal: 0.5 + 0.3 * Math.sin(seconds),
    emotion: ['low', 'neutral', 'high', 'detached'][Math.floor(seconds / 3) % 4],
  })
}

const counts = { renders: 0, messages: 0, drawMs: [] as number[] }

/** A socket that a gateway seems to be behind. */
const openSocket: StreamEnvironment['openSocket'] = () => {
  const began = performance.now()
  const timer = setInterval(() => {
    counts.messages++
    socket.onmessage?.({ data: messageAt(performance.now() - began) })
  }, HOP_MS)
  const socket: ReturnType<StreamEnvironment['openSocket']> = {
    binaryType: '',
    bufferedAmount: 0,
    readyState: 1,
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send() {},
    close: () => clearInterval(timer),
  }
  return socket
}

function Live({ by, sizePx }: Pick<PageCase, 'by' | 'sizePx'>): ReactElement {
  counts.renders++
  const throttleMs = by === 'source' ? Number.POSITIVE_INFINITY : FRAME_MS
  const voice = useProsodyStream('wss://gateway.example/prosody', { environment: { openSocket }, throttleMs })
  const drawn = (_: unknown, tookMs: number) => counts.drawMs.push(tookMs)
  const { pitchHz, energy, emotion, speaking, semitones, centroidHz, sample } = voice
  const values = { pitchHz, energy, emotion, speaking, semitones, centroidHz }
  return createElement(ProsodyAvatar, {
    ...(by === 'source' ? { source: sample } : values),
    drawn,
    style: { width: sizePx, height: sizePx, display: 'inline-block' },
  })
}

/** Takes its share of each 16.7 ms, at no fixed place in it. */
function keepBusy(share: number): () => void {
  if (share <= 0) return () => {}
  const timer = setInterval(() => {
    const until = performance.now() + FRAME_MS * share
    while (performance.now() < until);
  }, FRAME_MS)
  return () => clearInterval(timer)
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Shows it and lets it run warm. */
export async function begin(what: PageCase): Promise<() => Promise<PageResult>> {
  const holder = document.body.appendChild(document.createElement('main'))
  const root = createRoot(holder)
  const { avatars, by, sizePx } = what
  root.render(Array.from({ length: avatars }, (_, key) => createElement(Live, { key, by, sizePx })))
  const stopBusy = keepBusy(what.busy)
  await pause(what.warmUpMs)
  return async () => {
    Object.assign(counts, { renders: 0, messages: 0, drawMs: [] })
    const times: number[] = []
    let frame = requestAnimationFrame(function next(now) {
      times.push(now)
      frame = requestAnimationFrame(next)
    })
    await pause(what.forMs)
    cancelAnimationFrame(frame)
    const { renders, messages, drawMs } = counts
    const gapsMs = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    const result = { gapsMs, drawMs: [...drawMs], renders, messages }
    stopBusy()
    root.unmount()
    holder.remove()
    return result
  }
}
