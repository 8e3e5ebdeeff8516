import type { RealtimeHost, RealtimeOpenRequest } from '@parley/transports'
import type { SessionDesk } from '../gateway/desk-contract.js'

/** Sessions of the desk for far ends of the OpenAI Realtime protocol; what language they speak, their settings may say. */
export function createRealtimeHost(desk: Pick<SessionDesk, 'openRealtime'>): RealtimeHost {
  return {
    open(request) {
      const { model, principal, transport, signal } = request
      const language = languageOf(request)
      return desk.openRealtime({
        model,
        principal,
        transport,
        signal,
        ...(language === undefined ? {} : { language }),
      })
    },
  }
}

/** As the transcription is to be in, where that is a language tag. */
function languageOf({ settings }: RealtimeOpenRequest): string | undefined {
  const language = settings.audio.input.transcription?.language
  return typeof language === 'string' && /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language)
    ? language
    : undefined
}
