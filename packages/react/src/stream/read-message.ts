/**
 * Reads what a gateway says on `/prosody`. Never throws; what is missing or odd in a frame counts as silence, so that a
 * newer or an older gateway still moves the face.
 */
import type { ProsodyFrameFields, UtteranceFields } from '@parley/protocol'
import { silentValues } from './silence.js'
import type { ProsodyValues } from './stream-types.js'

export type ProsodyReading =
  | { readonly kind: 'connected' }
  | { readonly kind: 'frame'; readonly side: string | undefined; readonly frame: ProsodyValues }
  | {
      readonly kind: 'utterance'
      readonly side: string | undefined
      readonly utterance: Readonly<UtteranceFields>
    }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string }
  | { readonly kind: 'other'; readonly type: string }
  | { readonly kind: 'bad' }

const emotions = ['low', 'neutral', 'high', 'detached'] as const
const bounds: Readonly<Record<string, readonly [number, number]>> = {
  pitchHz: [0, 2_000],
  voicing: [0, 1],
  semitones: [-48, 48],
  energy: [0, 1],
  rms: [0, 1],
  levelDb: [-100, 12],
  loudness: [-100, 12],
  voicedFraction: [0, 1],
  arousal: [0, 1],
}

export function readProsodyMessage(content: unknown): ProsodyReading {
  const value = typeof content === 'string' ? parsed(content) : undefined
  if (!isRecord(value) || typeof value.type !== 'string') return { kind: 'bad' }
  const side = typeof value.side === 'string' ? value.side : undefined
  switch (value.type) {
    case 'connected':
      return { kind: 'connected' }
    case 'prosody':
    case 'batch':
      return readFrames(value, side)
    case 'utterance':
      return readUtterance(value, side)
    case 'error':
      return { kind: 'fault', code: text(value.code, 'unknown'), message: text(value.message, '') }
    default:
      return { kind: 'other', type: value.type }
  }
}

/** One frame in the message itself, or several of which the last is now. */
function readFrames(value: Record<string, unknown>, side: string | undefined): ProsodyReading {
  const { frames } = value
  const last = Array.isArray(frames) ? frames.at(-1) : value
  if (!isRecord(last) || !('pitchHz' in last || 'energy' in last)) return { kind: 'bad' }
  return { kind: 'frame', side, frame: readFrame(last) }
}

/** Numbers within bounds; whatever is not one is as in silence. */
export function readFrame(value: Readonly<Record<string, unknown>>): ProsodyValues {
  const frame: Record<string, unknown> = {}
  for (const [field, silent] of Object.entries(silentValues)) {
    const told = value[field]
    if (typeof silent === 'number') frame[field] = within(told, silent, bounds[field])
    else if (typeof silent === 'boolean') frame[field] = told === true
  }
  const emotion = emotions.find(each => each === value.emotion) ?? 'neutral'
  const speaking = typeof value.speaking === 'boolean' ? value.speaking : Number(frame.pitchHz) > 0
  return { ...(frame as unknown as ProsodyFrameFields), emotion, speaking }
}

function readUtterance(value: Record<string, unknown>, side: string | undefined): ProsodyReading {
  const told = isRecord(value.utterance) ? value.utterance : value
  if (!Number.isFinite(told.fromMs) || !Number.isFinite(told.untilMs)) return { kind: 'bad' }
  return { kind: 'utterance', side, utterance: told as unknown as UtteranceFields }
}

function within(value: unknown, silent: number, limits: readonly [number, number] | undefined): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return silent
  return limits === undefined ? value : Math.min(limits[1], Math.max(limits[0], value))
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
