/** Text from a carrier to a typed message, or to an error that names the field. */
import { ParleyError } from '@parley/core'
import { type PhoneCarrierMessage, phoneCarrierMessageSchema } from '@parley/protocol'

const knownEvents: readonly string[] = ['connected', 'start', 'media', 'dtmf', 'mark', 'stop', 'error']

/**
 * Undefined for an event that is not known: carriers add some. Throws `bad_message`, and `bad_audio` for a format that
 * is not spoken here. What the far end wrote is never
 * repeated but for a short field name.
 */
export function readCarrierMessage(text: string): PhoneCarrierMessage | undefined {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('event' in value)) {
    throw new ParleyError('bad_message', 'A message is one JSON object with an `event`.')
  }
  const { event } = value
  if (typeof event !== 'string') throw new ParleyError('bad_message', '`event`: expected a name.')
  if (!knownEvents.includes(event)) return undefined
  const parsed = phoneCarrierMessageSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = (issue?.path.join('.') || event).slice(0, 80)
  const isFormat = issue?.code === 'custom' && /(mediaFormat|media_format)$/.test(field)
  if (isFormat) throw new ParleyError('bad_audio', issue.message, { details: { field } })
  throw new ParleyError('bad_message', `\`${field}\` of \`${event}\`: ${issue?.message ?? 'not valid'}.`, {
    details: { field },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ParleyError('bad_message', 'The message is not JSON.', { cause })
  }
}
