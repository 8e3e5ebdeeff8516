/** What a `response.create` asks for, with the session's settings where it is silent. */
import { z } from 'zod'
import { faultOf, type RealtimeFault } from './realtime-fault.js'
import { type RealtimeFormat, realtimeFormatSchema, realtimePcm } from './realtime-format.js'
import { withoutNulls } from './realtime-nulls.js'
import {
  realtimeIgnoredSchema,
  realtimeMaxTokensSchema,
  realtimeModalitiesSchema,
  realtimeVoiceSchema,
} from './realtime-session.js'
import type { RealtimeSettings } from './realtime-settings.js'
import {
  type RealtimeTool,
  type RealtimeToolChoice,
  realtimeToolChoiceSchema,
  realtimeToolsSchema,
} from './realtime-tools.js'

const responseSchema = z.strictObject({
  instructions: z.string().optional(),
  tools: realtimeToolsSchema.optional(),
  tool_choice: realtimeToolChoiceSchema.optional(),
  output_modalities: realtimeModalitiesSchema.optional(),
  audio: z
    .strictObject({
      output: z
        .strictObject({ format: realtimeFormatSchema.optional(), voice: realtimeVoiceSchema.optional() })
        .optional(),
    })
    .optional(),
  max_output_tokens: realtimeMaxTokensSchema.optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  input: z.array(z.unknown()).max(1_000).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
  ...realtimeIgnoredSchema,
})

export interface RealtimeResponseWanted {
  readonly isInConversation: boolean
  /** In the place of the conversation; items as the client wrote them, not checked yet. */
  readonly input?: readonly unknown[]
  readonly instructions: string
  readonly tools: readonly RealtimeTool[]
  readonly toolChoice: RealtimeToolChoice
  readonly modality: 'audio' | 'text'
  readonly format: RealtimeFormat
  /** The name that is said back; the agent's own voice speaks. */
  readonly voice: string
  readonly maxOutputTokens: number | 'inf'
  readonly metadata: Readonly<Record<string, string>> | null
}

/** `written` is the event's `response`; undefined for what a session gives of itself. */
export function responseWanted(
  settings: RealtimeSettings,
  written: unknown = {},
): { readonly wanted: RealtimeResponseWanted } | { readonly fault: RealtimeFault } {
  const given = withoutNulls(written ?? {})
  const parsed = responseSchema.safeParse(given)
  if (!parsed.success) return { fault: faultOf(parsed.error, given, 'response') }
  const { data } = parsed
  const output = settings.audio.output
  const voice = data.audio?.output?.voice ?? output?.voice ?? 'marin'
  const [modality] = data.output_modalities ?? settings.output_modalities ?? ['audio']
  return {
    wanted: {
      isInConversation: data.conversation !== 'none',
      ...(data.input === undefined ? {} : { input: data.input }),
      instructions: data.instructions ?? settings.instructions ?? '',
      tools: data.tools ?? settings.tools ?? [],
      toolChoice: data.tool_choice ?? settings.tool_choice ?? 'auto',
      modality,
      format: data.audio?.output?.format ?? output?.format ?? realtimePcm,
      voice: typeof voice === 'string' ? voice : voice.id,
      maxOutputTokens: data.max_output_tokens ?? settings.max_output_tokens ?? 'inf',
      metadata: data.metadata ?? null,
    },
  }
}
