/** The session object: what is asked for at the start, and what of it can change. */

import {
  defined,
  type FarSessionOptions,
  type FarSettings,
  type FarTurns,
  type ToolDefinition,
} from '@parley/core'

import { isoLanguage } from '../transcription-session.js'
import { voiceField } from '../voice-field.js'
import type { FarOptions } from './far-options.js'
import { formatOf } from './far-sound.js'

export function sessionOf(options: FarOptions, asked: FarSessionOptions): object {
  const { voice, speed, noiseReduction, reasoningEffort, maxOutputTokens, parallelToolCalls } = options
  const format = formatOf(asked.rate)
  const transcription = asked.transcribes ? transcriptionOf(options, asked.language) : undefined
  return {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions: asked.instructions,
    tools: toolsOf(asked.tools),
    audio: {
      input: {
        format,
        turn_detection: detectionOf(asked.turns),
        ...defined({ transcription }),
        ...(noiseReduction === undefined ? {} : { noise_reduction: { type: noiseReduction } }),
      },
      output: { format, ...defined({ voice: voice === undefined ? undefined : voiceField(voice), speed }) },
    },
    ...defined({
      max_output_tokens: maxOutputTokens,
      parallel_tool_calls: parallelToolCalls,
      truncation: truncationOf(options),
      reasoning: reasoningEffort === undefined ? undefined : { effort: reasoningEffort },
    }),
  }
}

/** What of these settings differs from those before; undefined if nothing does. */
export function changeOf(before: Partial<FarSettings>, after: Partial<FarSettings>): object | undefined {
  const changed = {
    ...differing(before, after, 'instructions', text => ({ instructions: text })),
    ...differing(before, after, 'tools', tools => ({ tools: toolsOf(tools) })),
    ...differing(before, after, 'turns', turns => ({
      audio: { input: { turn_detection: detectionOf(turns) } },
    })),
  }
  return Object.keys(changed).length === 0 ? undefined : { type: 'realtime', ...changed }
}

function differing<Key extends keyof FarSettings>(
  before: Partial<FarSettings>,
  after: Partial<FarSettings>,
  key: Key,
  shape: (value: FarSettings[Key]) => object,
): object {
  const value = after[key] as FarSettings[Key] | undefined
  if (value === undefined || JSON.stringify(value) === JSON.stringify(before[key])) return {}
  return shape(value)
}

export function toolsOf(tools: readonly ToolDefinition[]): object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters,
  }))
}

/** Whoever finds the turns: answers are asked for, and interruptions are decided, by us. */
function detectionOf(turns: FarTurns): object | null {
  const ours = { create_response: false, interrupt_response: false }
  if (turns.by === 'gateway') return null
  if (turns.by === 'meaning')
    return { type: 'semantic_vad', ...defined({ eagerness: turns.eagerness }), ...ours }
  const { threshold, silenceMs, prefixMs } = turns
  const times = defined({ threshold, silence_duration_ms: silenceMs, prefix_padding_ms: prefixMs })
  return { type: 'server_vad', ...times, ...ours }
}

function transcriptionOf({ transcription }: FarOptions, language: string): object | undefined {
  if (transcription === undefined) return undefined
  const { model, languages, prompt, keywords, delay } = transcription
  const asked = transcription.language ?? isoLanguage(language)
  const one = languages !== undefined || asked === 'auto' ? undefined : asked
  return { model, ...defined({ language: one, languages, prompt, keywords, delay }) }
}

function truncationOf({ truncation }: FarOptions): unknown {
  if (typeof truncation !== 'object') return truncation
  const { retentionRatio, postInstructionsTokens: most } = truncation
  const limits = most === undefined ? {} : { token_limits: { post_instructions: most } }
  return { type: 'retention_ratio', retention_ratio: retentionRatio, ...limits }
}
