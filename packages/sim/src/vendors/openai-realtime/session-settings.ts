/**
 * The session object of the GA Realtime API: its defaults, and what a `session.update` makes of it. Only what is present
 * changes, all or nothing.
 */

import type { AudioFormat } from './audio-format.js'
import { type Fields, isFields } from './fields.js'
import type { RealtimeFault } from './realtime-fault.js'
import { checkSession } from './session-check.js'

export interface SessionSettings extends Fields {
  readonly type: 'realtime' | 'transcription'
  readonly id: string
  readonly model?: string
  readonly output_modalities?: readonly ['audio'] | readonly ['text']
  readonly instructions?: string
  readonly tools?: readonly Fields[]
  readonly tool_choice?: unknown
  readonly max_output_tokens?: number | 'inf'
  readonly audio: {
    readonly input: {
      readonly format: AudioFormat
      readonly transcription: Fields | null
      readonly noise_reduction: Fields | null
      readonly turn_detection: TurnDetection | null
    }
    readonly output?: { readonly format: AudioFormat; readonly voice: unknown; readonly speed: number }
  }
}

export interface TurnDetection {
  readonly type: 'server_vad' | 'semantic_vad'
  readonly threshold?: number
  readonly prefix_padding_ms?: number
  readonly silence_duration_ms?: number
  readonly idle_timeout_ms?: number | null
  readonly eagerness?: 'low' | 'medium' | 'high' | 'auto'
  readonly create_response?: boolean
  readonly interrupt_response?: boolean
}

const pcm = { type: 'audio/pcm', rate: 24_000 } as const

const serverVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
} as const
const semanticVad = { type: 'semantic_vad', eagerness: 'auto' } as const

export function realtimeDefaults(id: string, model: string, expiresAt: number): SessionSettings {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: 'You are a simulated model.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: expiresAt,
    audio: {
      input: {
        format: pcm,
        transcription: null,
        noise_reduction: null,
        turn_detection: { ...serverVad, create_response: true, interrupt_response: true },
      },
      output: { format: pcm, voice: 'marin', speed: 1 },
    },
    include: null,
  }
}

export function transcriptionDefaults(id: string, expiresAt: number): SessionSettings {
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at: expiresAt,
    audio: {
      input: { format: pcm, transcription: null, noise_reduction: null, turn_detection: { ...serverVad } },
    },
    include: null,
  }
}

/** The changed settings, or why they do not change. */
export function updateSettings(
  current: SessionSettings,
  update: unknown,
  hasSpoken: boolean,
): { readonly settings: SessionSettings } | { readonly fault: RealtimeFault } {
  const fault = checkSession(current, update, hasSpoken)
  if (fault !== undefined) return { fault }
  const { audio, ...plain } = update as Fields
  const changed = isFields(audio) ? audio : {}
  const input = isFields(changed.input) ? changed.input : {}
  const output = isFields(changed.output) ? changed.output : {}
  return {
    settings: {
      ...current,
      ...plain,
      audio: {
        input: {
          ...current.audio.input,
          ...input,
          ...('turn_detection' in input
            ? { turn_detection: detection(current, input.turn_detection as TurnDetection | null) }
            : {}),
        },
        ...(current.audio.output === undefined ? {} : { output: { ...current.audio.output, ...output } }),
      },
    } as SessionSettings,
  }
}

function detection(current: SessionSettings, given: TurnDetection | null): TurnDetection | null {
  if (given === null) return null
  const before = current.audio.input.turn_detection
  const responds = current.type === 'realtime' ? { create_response: true, interrupt_response: true } : {}
  const defaults = given.type === 'semantic_vad' ? semanticVad : serverVad
  return { ...defaults, ...responds, ...(before?.type === given.type ? before : {}), ...given }
}
