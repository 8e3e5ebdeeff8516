/**
 * Clients whose settings are typed objects write `null` for what they leave open: LiveKit's plugin sends
 * `instructions: null` with every answer it asks for, and `speed: null` with its session. The vendor takes that as absent.
 */
import { isRealtimeFields } from './realtime-fields.js'

/** Where `null` says something: that it is off, or to be forgotten. */
const meant = new Set([
  'idle_timeout_ms',
  'include',
  'metadata',
  'noise_reduction',
  'prompt',
  'tracing',
  'transcription',
  'turn_detection',
])
/** Schemas and data of the client's own. */
const foreign = new Set(['metadata', 'parameters'])

/** A copy without the entries that are `null` and mean nothing by it; `key` is where the value stands. */
export function withoutNulls(value: unknown, key = ''): unknown {
  if (foreign.has(key)) return value
  if (Array.isArray(value)) return value.map(each => withoutNulls(each, key))
  if (!isRealtimeFields(value)) return value
  const isOpen = (name: string) => !meant.has(name) || key === 'transcription'
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => each !== null || !isOpen(name))
      .map(([name, each]) => [name, withoutNulls(each, name)]),
  )
}
