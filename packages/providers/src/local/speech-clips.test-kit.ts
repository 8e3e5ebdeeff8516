/** Human recordings at 16 kHz with their transcripts, and a hand-driven clock, for the tests of this folder. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type AudioFrame, loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import type { Clock, SttEvent, SttStream } from '@parley/core'

const folder = new URL('../../../../fixtures/audio/', import.meta.url)

export interface Clip {
  readonly id: string
  readonly kind: string
  readonly language: string | null
  /** As the dictionary spells it: lower case, digits as words. */
  readonly transcript: string | undefined
  readonly onsetMs: number
  readonly offsetMs: number
  readonly samples: Int16Array
}

interface Label {
  readonly id: string
  readonly file: string
  readonly kind?: string
  readonly lang?: string | null
  readonly transcript?: string | null
  readonly onset_ms?: number
  readonly offset_ms?: number
}

const digits: Readonly<Record<string, string>> = { '0': 'zero', '2': 'two', '5': 'five' }

/** All clips and traps. */
export async function loadClips(): Promise<readonly Clip[]> {
  const labels: { clips: Label[]; traps: Label[]; noise: Label[] } = JSON.parse(
    await readFile(new URL('labels.json', folder), 'utf8'),
  )
  const all = [
    ...labels.clips,
    ...labels.traps.map(label => ({ ...label, kind: 'trap' })),
    ...labels.noise.map(label => ({ ...label, kind: 'noise' })),
  ]
  return Promise.all(all.map(toClip))
}

async function toClip(label: Label): Promise<Clip> {
  const samples = await at16k(fileURLToPath(new URL(label.file, folder)))
  const durationMs = samples.length / 16
  return {
    id: label.id,
    kind: label.kind ?? 'speech',
    language: label.lang ?? null,
    transcript: label.transcript == null ? undefined : spelled(label.transcript),
    onsetMs: label.onset_ms ?? 0,
    offsetMs: Math.min(durationMs, label.offset_ms ?? durationMs),
    samples,
  }
}

async function at16k(path: string): Promise<Int16Array> {
  const wav = await readWavFile(path)
  if (wav.sampleRate === 16_000) return wav.samples
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: 16_000 })
  const head = resampler.process(wav.samples).slice()
  const tail = resampler.flush().slice()
  resampler.close()
  const samples = new Int16Array(head.length + tail.length)
  samples.set(head)
  samples.set(tail, head.length)
  return samples
}

function spelled(transcript: string): string {
  return transcript
    .toLowerCase()
    .replace(/re-entered/g, 're entered')
    .replace(/[^a-z0-9' ]/g, ' ')
    .trim()
    .split(/\s+/)
    .map(word => digits[word] ?? word)
    .join(' ')
}

export function grammarOf(phrases: readonly string[]): string {
  return `#JSGF V1.0;\ngrammar test;\npublic <phrase> = ${phrases.join(' | ')};\n`
}

/** 20 ms frames from `fromMs` on. */
export function* framesOf(samples: Int16Array, fromMs: number): Generator<AudioFrame> {
  for (let at = 0; at < samples.length; at += 320) {
    yield { samples: samples.subarray(at, at + 320), rate: 16_000, atMs: fromMs + at / 16 }
  }
}

export function hearAll(stream: SttStream, samples: Int16Array, fromMs = 0): void {
  for (const frame of framesOf(samples, fromMs)) stream.hear(frame)
}

/** Collects events and lets a test wait for one. */
export function eventLog() {
  const events: SttEvent[] = []
  const waiting = new Set<() => void>()
  return {
    events,
    onEvent(event: SttEvent) {
      events.push(event)
      for (const wake of waiting) wake()
    },
    /** Resolves once `count` events are of this kind. */
    until(kind: SttEvent['kind'], count = 1): Promise<void> {
      const there = () => events.filter(event => event.kind === kind).length >= count
      if (there()) return Promise.resolve()
      return new Promise(resolve => {
        const wake = () => {
          if (!there()) return
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    },
    of<Kind extends SttEvent['kind']>(kind: Kind): (SttEvent & { readonly kind: Kind })[] {
      return events.filter((event): event is SttEvent & { readonly kind: Kind } => event.kind === kind)
    },
  }
}

/** Time that moves when told to. */
export function handClock(): Clock & { advance(ms: number): void } {
  let nowMs = 0
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>()
  return {
    now: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      nowMs += ms
      for (const timer of [...timers].sort((a, b) => a.atMs - b.atMs)) {
        if (timer.atMs <= nowMs && timers.delete(timer)) timer.run()
      }
    },
  }
}
