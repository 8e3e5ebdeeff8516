import { ParleyError } from '@parley/core'
import { type Hello, helloSchema } from '@parley/protocol'

interface Wanted {
  readonly agent?: string
  readonly language?: string
}

/** Which agent a ticket, or the parameters of a stream, ask for; empty ones ask for nothing. Throws `bad_message`. */
export function phoneHello({ agent, language }: Wanted): Hello {
  const parsed = helloSchema.safeParse({
    type: 'hello',
    version: 1,
    ...(agent ? { agent } : {}),
    ...(language ? { language } : {}),
    reportsPlayed: true,
  })
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new ParleyError('bad_message', `the custom parameter ${field} is not valid`)
}
