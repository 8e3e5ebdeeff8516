/**
 * Text to sound by the gateway (`POST /api/tts/synthesize`), and by the device itself where the gateway has no voice or
 * does not answer. Never rejects: what was wrong is in the result.
 */

import type { ProsodyEmotion } from '../face/face-types.js'
import { apiUrlOfEnvironment } from '../stream/expo-environment.js'
import { ProsodyError } from '../stream/prosody-error.js'

export interface SynthesizeOptions {
  /** Of the gateway, `https://…`; default `EXPO_PUBLIC_API_URL`, else this page's origin. */
  readonly apiUrl?: string | undefined
  /** Default `neutral`. */
  readonly emotion?: ProsodyEmotion | undefined
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly fetch?: typeof fetch | undefined
  /**
   * Speaks on the device: `speakOnPage` in a browser, `expo-speech` in an app. Called where the gateway gives no sound;
   * without it the text is only handed back.
   */
  readonly speak?: ((text: string, emotion: ProsodyEmotion) => void) | undefined
}

export type Synthesis =
  | {
      readonly kind: 'audio'
      /** PCM16 mono. */
      readonly samples: Int16Array<ArrayBuffer>
      /** Hz. */
      readonly sampleRate: number
    }
  | {
      /** Spoken on the device, or for you to speak; `error` says why, where the gateway did not say so itself. */
      readonly kind: 'fallback'
      readonly text: string
      readonly error: ProsodyError | undefined
    }
  /** The gateway will not say this text: empty, too long, too many requests. */
  | { readonly kind: 'refused'; readonly error: ProsodyError }
  /** `signal` was aborted. */
  | { readonly kind: 'aborted' }

/** `text` has 1–5000 characters. */
export async function synthesize(text: string, options: SynthesizeOptions = {}): Promise<Synthesis> {
  const { emotion = 'neutral', signal, speak } = options
  const answer = await ask(text, emotion, options)
  if (signal?.aborted) return { kind: 'aborted' }
  if (answer instanceof ProsodyError) {
    if (answer.code === 'refused' || answer.code === 'unauthorized') return { kind: 'refused', error: answer }
    speak?.(text, emotion)
    return { kind: 'fallback', text, error: answer }
  }
  if (answer.fallback === true || typeof answer.audio !== 'string') {
    speak?.(text, emotion)
    return { kind: 'fallback', text, error: undefined }
  }
  const sampleRate = typeof answer.sampleRate === 'number' ? answer.sampleRate : 16_000
  return { kind: 'audio', samples: pcm16OfBase64(answer.audio), sampleRate }
}

async function ask(
  text: string,
  emotion: ProsodyEmotion,
  options: SynthesizeOptions,
): Promise<Record<string, unknown> | ProsodyError> {
  const base = (options.apiUrl ?? apiUrlOfEnvironment() ?? globalThis.location?.origin ?? '').replace(
    /\/+$/,
    '',
  )
  if (base === '')
    return new ProsodyError('no-address', 'No gateway is named; pass `apiUrl`, or set EXPO_PUBLIC_API_URL.')
  const request = options.fetch ?? fetch
  try {
    const response = await request(`${base}/api/tts/synthesize`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      },
      body: JSON.stringify({ text, emotion }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    if (!response.ok) return await refusalOf(response)
    return (await response.json()) as Record<string, unknown>
  } catch (cause) {
    return new ProsodyError('connect-failed', undefined, { cause })
  }
}

/** 4xx would be said again; 5xx and the like are for the device to make good. */
async function refusalOf(response: Response): Promise<ProsodyError> {
  const said = await response.text().catch(() => '')
  const retryAfter = response.headers.get('retry-after')
  const details = { status: response.status, said: said.slice(0, 500), ...(retryAfter ? { retryAfter } : {}) }
  if (response.status === 401 || response.status === 403)
    return new ProsodyError('unauthorized', undefined, { details })
  if (response.status >= 400 && response.status < 500) {
    const hint = retryAfter ? `try again in ${retryAfter} s` : 'see `details`'
    return new ProsodyError('refused', `The gateway will not say this text; ${hint}.`, { details })
  }
  return new ProsodyError('connect-failed', undefined, { details })
}

/** Little-endian, as every machine is that runs a browser or React Native. */
export function pcm16OfBase64(base64: string): Int16Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length - (text.length % 2))
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return new Int16Array(bytes.buffer)
}

/** Rate and pitch of the device's own voice, for the emotions a gateway's voice has. */
export const deviceVoice: Readonly<
  Record<ProsodyEmotion, { readonly rate: number; readonly pitch: number }>
> = {
  low: { rate: 0.85, pitch: 0.85 },
  neutral: { rate: 1, pitch: 1 },
  high: { rate: 1.15, pitch: 1.25 },
  detached: { rate: 0.95, pitch: 0.95 },
}

/** The browser's own voice; nothing where it has none. */
export function speakOnPage(text: string, emotion: ProsodyEmotion = 'neutral'): void {
  if (typeof globalThis.speechSynthesis === 'undefined') return
  const utterance = new SpeechSynthesisUtterance(text)
  utterance.rate = deviceVoice[emotion].rate
  utterance.pitch = deviceVoice[emotion].pitch
  speechSynthesis.speak(utterance)
}
