/**
 * The session object of the OpenAI Realtime API (GA): what a client may write into it. Fields of the beta are not known
 * here, as they are not to the vendor.
 */
import { z } from 'zod'
import { realtimeFormatSchema } from './realtime-format.js'
import { realtimeToolChoiceSchema, realtimeToolsSchema } from './realtime-tools.js'

const responding = { create_response: z.boolean().optional(), interrupt_response: z.boolean().optional() }

const turnDetectionSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('server_vad'),
      threshold: z.number().min(0).max(1).optional(),
      prefix_padding_ms: z.number().min(0).max(10_000).optional(),
      silence_duration_ms: z.number().min(0).max(60_000).optional(),
      idle_timeout_ms: z.number().min(1_000).max(600_000).nullable().optional(),
      ...responding,
    }),
    z.strictObject({
      type: z.literal('semantic_vad'),
      eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
      ...responding,
    }),
  ])
  .nullable()

export type RealtimeTurnDetection = z.output<typeof turnDetectionSchema>

const inputSchema = z.strictObject({
  format: realtimeFormatSchema.optional(),
  noise_reduction: z
    .strictObject({ type: z.enum(['near_field', 'far_field']), strength: z.number().optional() })
    .nullable()
    .optional(),
  transcription: z
    .strictObject({
      model: z.string().optional(),
      language: z.string().optional(),
      languages: z.array(z.string()).optional(),
      keywords: z.array(z.string()).optional(),
      prompt: z.string().optional(),
      delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
    })
    .nullable()
    .optional(),
  turn_detection: turnDetectionSchema.optional(),
})

export const realtimeVoiceSchema = z.union([z.string(), z.strictObject({ id: z.string() })])
export const realtimeModalitiesSchema = z.union(
  [z.tuple([z.literal('audio')]), z.tuple([z.literal('text')])],
  {
    error: "Supported combinations are: ['text'] and ['audio'].",
  },
)
export const realtimeMaxTokensSchema = z.union([z.int().min(1).max(4_096), z.literal('inf')])

/** Taken and said back; nothing here depends on them. */
export const realtimeIgnoredSchema = {
  prompt: z
    .strictObject({
      id: z.string(),
      version: z.string().nullable().optional(),
      variables: z.record(z.string(), z.string()).nullable().optional(),
    })
    .nullable()
    .optional(),
  reasoning: z
    .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional() })
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
}

const includeSchema = z.array(z.literal('item.input_audio_transcription.logprobs')).nullable().optional()

const realtimeSchema = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  output_modalities: realtimeModalitiesSchema.optional(),
  instructions: z.string().optional(),
  audio: z
    .strictObject({
      input: inputSchema.optional(),
      output: z
        .strictObject({
          format: realtimeFormatSchema.optional(),
          voice: realtimeVoiceSchema.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  tools: realtimeToolsSchema.optional(),
  tool_choice: realtimeToolChoiceSchema.optional(),
  max_output_tokens: realtimeMaxTokensSchema.optional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().optional() }).optional(),
      }),
    ])
    .optional(),
  tracing: z
    .union([
      z.literal('auto'),
      z.strictObject({
        workflow_name: z.string().optional(),
        group_id: z.string().optional(),
        metadata: z.json().optional(),
      }),
    ])
    .nullable()
    .optional(),
  include: includeSchema,
  ...realtimeIgnoredSchema,
})

const transcriptionSchema = z.strictObject({
  type: z.literal('transcription'),
  audio: z.strictObject({ input: inputSchema.optional() }).optional(),
  include: includeSchema,
})

/** The `session` of a `session.update`, a client secret or a call. */
export const realtimeSessionSchema = z.discriminatedUnion('type', [realtimeSchema, transcriptionSchema])

export type RealtimeSessionUpdate = z.output<typeof realtimeSessionSchema>
