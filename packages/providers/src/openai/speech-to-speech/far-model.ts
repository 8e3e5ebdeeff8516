/** A Realtime model as a far conversation: OpenAI's, and what is compatible with its GA interface. */

import { defined, type FarSession, ParleyError, type SpeechToSpeech } from '@parley/core'
import type { VendorContext } from '../../vendor.js'
import { openaiHeaders } from '../options.js'
import { openRealtimeLink, type RealtimeLink } from '../realtime-link.js'
import { endsSession } from './far-errors.js'
import type { FarOptions } from './far-options.js'
import { openFarSession } from './far-session.js'
import { PCM_RATE, PCMU_RATE } from './far-sound.js'

/** A spare connection that old is not used any more, ms: its session has that much less to live. */
const STALE_MS = 600_000

export function createFarModel(options: FarOptions, context: VendorContext): SpeechToSpeech {
  const sessions = new Set<FarSession>()
  let spare: RealtimeLink | undefined

  function link(): RealtimeLink {
    return openRealtimeLink(context, {
      query: new URLSearchParams({ model: options.model }).toString(),
      connectTimeoutMs: options.connectTimeoutMs,
      settingsTimeoutMs: options.settingsTimeoutMs,
      holdsKey: true,
      headers: key => headersOf(options, key),
      ends: endsSession,
    })
  }

  function takeLink(): RealtimeLink {
    const taken = spare
    spare = undefined
    if (taken === undefined || taken.state === 'closed') return link()
    if (context.clock.now() - taken.sinceMs < STALE_MS) return taken
    taken.close()
    return link()
  }

  return {
    name: 'openai-realtime',
    model: options.model,
    rateFor: outputRate => (outputRate === PCMU_RATE && options.pcmu ? PCMU_RATE : PCM_RATE),
    open(asked) {
      if (asked.transcribes && options.transcription === undefined)
        context.warn(
          new ParleyError(
            'bad_config',
            'Nobody writes down what the caller says; set `transcription.model` of the Realtime model.',
          ),
        )
      const session = openFarSession({
        ...{ options, context, asked },
        link: takeLink(),
        onClose: () => sessions.delete(session),
      })
      sessions.add(session)
      return session
    },
    async warm() {
      if (spare === undefined || spare.state === 'closed') spare = link()
    },
    async close() {
      spare?.close()
      spare = undefined
      for (const session of [...sessions]) session.close()
    },
  }
}

function headersOf({ auth, organization, project, safetyIdentifier }: FarOptions, key: string | undefined) {
  return {
    ...openaiHeaders(auth === 'bearer' ? key : undefined, defined({ organization, project })),
    ...defined({
      'api-key': auth === 'api-key' ? key : undefined,
      'openai-safety-identifier': safetyIdentifier,
    }),
  }
}
