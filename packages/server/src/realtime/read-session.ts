import type { Json } from '@parley/core'
import { isRealtimeFields, realtimeDefaults, transcriptionDefaults, updateSettings } from '@parley/protocol'
import { badField } from './openai-problem.js'

export interface ReadSessionOptions {
  readonly newId: () => string
  /** Where the session names none. */
  readonly defaultModel: string
}

/**
 * A session as a client begins it: what was given over the defaults. @throws ParleyError `bad_message` naming the field
 * that is wrong
 */
export function readSession(given: Json, { newId, defaultModel }: ReadSessionOptions): Json {
  const { type, model } = isRealtimeFields(given) ? given : {}
  const defaults =
    type === 'transcription'
      ? transcriptionDefaults(newId(), 0)
      : realtimeDefaults(newId(), typeof model === 'string' ? model : defaultModel, 0)
  const read = updateSettings(defaults, given, false)
  // Settings are plain values of JSON throughout.
  if ('settings' in read) return read.settings as unknown as Json
  const { param, code, message } = read.fault
  throw badField(param ?? 'session', code, message)
}
