/**
 * The effective session: its defaults, and what an update makes of it. Only what is present changes, all or nothing;
 * what comes out is what `session.updated` says, with everything explicit that clients decide by.
 */
import { faultOf, invalidRequest, type RealtimeFault } from './realtime-fault.js'
import { isRealtimeFields } from './realtime-fields.js'
import { type RealtimeFormat, realtimePcm } from './realtime-format.js'
import { withoutNulls } from './realtime-nulls.js'
import {
  type RealtimeSessionUpdate,
  type RealtimeTurnDetection,
  realtimeSessionSchema,
} from './realtime-session.js'
import type { RealtimeTool, RealtimeToolChoice } from './realtime-tools.js'

export interface RealtimeSettings {
  readonly type: 'realtime' | 'transcription'
  readonly object: 'realtime.session' | 'realtime.transcription_session'
  readonly id: string
  /** Unix time in seconds. */
  readonly expires_at: number
  readonly model?: string
  readonly output_modalities?: readonly ['audio'] | readonly ['text']
  /** Beside the agent's own, which stand in its file; empty for none. */
  readonly instructions?: string
  readonly tools?: readonly RealtimeTool[]
  readonly tool_choice?: RealtimeToolChoice
  readonly max_output_tokens?: number | 'inf'
  readonly audio: {
    readonly input: {
      readonly format: RealtimeFormat
      readonly transcription: Readonly<Record<string, unknown>> | null
      readonly noise_reduction: Readonly<Record<string, unknown>> | null
      readonly turn_detection: RealtimeTurnDetection
    }
    /** Absent in a transcription session. */
    readonly output?: {
      readonly format: RealtimeFormat
      readonly voice: string | { readonly id: string }
      readonly speed: number
    }
  }
}

const serverVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
} as const
const semanticVad = { type: 'semantic_vad', eagerness: 'auto' } as const
const responds = { create_response: true, interrupt_response: true } as const

/** `expiresAt` is Unix time in seconds. */
export function realtimeDefaults(id: string, model: string, expiresAt: number): RealtimeSettings {
  const plain = {
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    include: null,
  } as const
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    expires_at: expiresAt,
    ...plain,
    audio: {
      input: {
        format: realtimePcm,
        transcription: null,
        noise_reduction: null,
        turn_detection: { ...serverVad, ...responds },
      },
      output: { format: realtimePcm, voice: 'marin', speed: 1 },
    },
  }
}

export function transcriptionDefaults(id: string, expiresAt: number): RealtimeSettings {
  const input = { format: realtimePcm, transcription: null, noise_reduction: null, turn_detection: serverVad }
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at: expiresAt,
    audio: { input },
    ...{ include: null },
  }
}

export type UpdatedSettings = { readonly settings: RealtimeSettings } | { readonly fault: RealtimeFault }

/** `hasSpoken`: the voice is fixed once the client has heard it. */
export function updateSettings(
  current: RealtimeSettings,
  written: unknown,
  hasSpoken: boolean,
): UpdatedSettings {
  const given = withoutNulls(written)
  const misplaced = checkType(current, given)
  if (misplaced !== undefined) return { fault: misplaced }
  const parsed = realtimeSessionSchema.safeParse(given)
  if (!parsed.success) return { fault: faultOf(parsed.error, given, 'session') }
  const fault = checkFixed(current, parsed.data, hasSpoken)
  return fault === undefined ? { settings: merged(current, parsed.data) } : { fault }
}

function checkType({ type }: RealtimeSettings, given: unknown): RealtimeFault | undefined {
  const wanted = isRealtimeFields(given) ? given.type : undefined
  if ((wanted !== 'realtime' && wanted !== 'transcription') || wanted === type) return undefined
  return invalidRequest(
    'invalid_parameter',
    `Passing a ${wanted} session update event to a ${type} session is not allowed.`,
  )
}

function checkFixed(
  current: RealtimeSettings,
  update: RealtimeSessionUpdate,
  hasSpoken: boolean,
): RealtimeFault | undefined {
  if (update.type === 'transcription') return undefined
  const voice = update.audio?.output?.voice
  if (!hasSpoken || voice === undefined) return undefined
  if (JSON.stringify(voice) === JSON.stringify(current.audio.output?.voice)) return undefined
  return invalidRequest(
    'cannot_update_voice',
    'Cannot update a conversation’s voice if assistant audio is present.',
    'session.audio.output.voice',
  )
}

function merged(current: RealtimeSettings, update: RealtimeSessionUpdate): RealtimeSettings {
  const { audio, ...plain } = update
  // A client that named no model when it connected may do so now. Later names are not looked at: SDKs repeat their own
  // default beside a URL that names an agent, and a refusal would cost the client all of its settings.
  const model = current.type === 'realtime' && current.model !== '' ? { model: current.model } : {}
  const input = audio?.input ?? {}
  const output = audio !== undefined && 'output' in audio ? audio.output : {}
  const { turn_detection: turns } = input
  const detection = turns === undefined ? {} : { turn_detection: detectionOf(current, turns) }
  const changed = {
    ...current,
    ...plain,
    ...model,
    audio: {
      input: { ...current.audio.input, ...input, ...detection },
      ...(current.audio.output === undefined ? {} : { output: { ...current.audio.output, ...output } }),
    },
  }
  return changed as RealtimeSettings
}

function detectionOf(current: RealtimeSettings, given: RealtimeTurnDetection): RealtimeTurnDetection {
  if (given === null) return null
  const before = current.audio.input.turn_detection
  const defaults = given.type === 'semantic_vad' ? semanticVad : serverVad
  return {
    ...defaults,
    ...(current.type === 'realtime' ? responds : {}),
    ...(before?.type === given.type ? before : {}),
    ...given,
  } as RealtimeTurnDetection
}
