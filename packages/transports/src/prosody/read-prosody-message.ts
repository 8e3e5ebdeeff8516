/** Text of a prosody client to a typed message, or to an error that names the field. */
import { ParleyError } from '@parley/core'
import {
  type ProsodyClientMessage,
  type ProsodyConfig,
  prosodyClientMessageSchema,
  prosodyQueryNames,
  prosodyQuerySchema,
} from '@parley/protocol'

const knownTypes = prosodyClientMessageSchema.options.map(option => option.shape.type.value)

/** @throws ParleyError `bad_message`; what the far end wrote is never repeated but for a short field name */
export function readProsodyMessage(text: string): ProsodyClientMessage {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParleyError('bad_message', 'A text message is one JSON object; sound is binary or base64.')
  }
  if (!('type' in value) && 'audio' in value && typeof value.audio === 'string')
    return { type: 'audio', data: value.audio }
  const type = 'type' in value ? value.type : undefined
  if (!knownTypes.some(known => known === type)) {
    throw new ParleyError('bad_message', `\`type\`: expected one of ${knownTypes.join(', ')}.`)
  }
  const parsed = prosodyClientMessageSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw badField(parsed.error.issues[0], `of \`${type}\``)
}

/** What an address asks of the stream; undefined where it asks for nothing. @throws ParleyError `bad_message` */
export function readProsodyQuery(url: string | undefined): ProsodyConfig | undefined {
  const at = url?.indexOf('?') ?? -1
  if (url === undefined || at < 0) return undefined
  const fields = [...new URLSearchParams(url.slice(at))].filter(([name]) => prosodyQueryNames.includes(name))
  if (fields.length === 0) return undefined
  const parsed = prosodyQuerySchema.safeParse(Object.fromEntries(fields))
  if (parsed.success) return parsed.data
  throw badField(parsed.error.issues[0], 'of the address')
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function badField(issue: Issue | undefined, where: string): ParleyError {
  const field = (issue?.path.join('.') ?? '').slice(0, 80)
  return new ParleyError('bad_message', `\`${field}\` ${where}: ${issue?.message ?? 'not valid'}.`, {
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
