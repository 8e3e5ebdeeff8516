/** What a request for speech wants: the order, and the form of its answer. */

import type { IncomingHttpHeaders } from 'node:http'
import { defined, type Expression, ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import type { SoundForm } from './sound-coder.js'
import { readableText, type SpeechOrder } from './speech-order.js'
import type { SynthesizeBody, SynthesizeQuery } from './synthesize-schemas.js'

export function orderOf(body: SynthesizeBody, principal: Principal | undefined): SpeechOrder {
  if (principal === undefined) throw new ParleyError('internal')
  const { emotion, speed, style } = body
  const expression: Expression = defined({ emotion, speed, style })
  const { language, voice } = body
  return { text: readableText(body.text), tenant: principal.tenant, language, voice, expression }
}

interface AskedForm {
  readonly query: SynthesizeQuery
  readonly headers: IncomingHttpHeaders
}

/** Undefined: JSON. */
export function formOf({ query, headers }: AskedForm): SoundForm | undefined {
  if (query.format !== undefined) return query.format === 'json' ? undefined : query.format
  const accepted = acceptedForm(headers.accept ?? '')
  if (accepted !== undefined) return accepted === 'json' ? undefined : accepted
  return query.stream === undefined ? undefined : 'wav'
}

/** The first that we have; what a client wants less it names later. */
function acceptedForm(accept: string): SoundForm | 'json' | undefined {
  for (const each of accept.toLowerCase().split(',')) {
    const type = each.split(';')[0]?.trim() ?? ''
    if (/^audio\/(wav|wave|x-wav|vnd\.wave|\*)$/.test(type)) return 'wav'
    if (/^(audio\/(ogg|opus)|application\/ogg)$/.test(type)) return 'ogg'
    if (type === 'audio/pcm') return 'pcm'
    if (type === 'application/json') return 'json'
  }
  return undefined
}
