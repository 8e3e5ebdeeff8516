/** Text from the far end to a typed message, or to an error that names the field. */
import { ParleyError } from '@parley/core'
import { type ClientMessage, clientMessageSchema } from '@parley/protocol'

const knownTypes = clientMessageSchema.options.map(option => option.shape.type.value)

/** Throws `bad_message`. What the far end wrote is never repeated but for a short field name. */
export function readClientMessage(text: string): ClientMessage {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParleyError('bad_message', 'A text message is one JSON object with a `type`.')
  }
  const type = 'type' in value ? value.type : undefined
  if (!knownTypes.some(known => known === type)) {
    throw new ParleyError('bad_message', `\`type\`: expected one of ${knownTypes.join(', ')}.`)
  }
  const parsed = clientMessageSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = (issue?.path.join('.') || String(type)).slice(0, 80)
  throw new ParleyError('bad_message', `\`${field}\` of \`${type}\`: ${issue?.message ?? 'not valid'}.`, {
    details: { field },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ParleyError('bad_message', 'The text message is not JSON.', { cause })
  }
}
