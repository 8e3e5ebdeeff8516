/**
 * What OpenAI has announced to end, as data. Source: the deprecations page of developers.openai.com, as of 21 November
 * 2026. Names stand here only to warn of them; nothing is chosen by this table.
 */

import { ParleyError } from '@parley/core'

export interface Shutdown {
  /** A model, or the path of an endpoint. */
  readonly what: string
  /** The last day is the one before, UTC. */
  readonly endsOn: string
  readonly successor: string
}

export const shutdowns: readonly Shutdown[] = [
  ...ends('2026-10-23', 'a model of today', [
    ...['gpt-4.1-nano', 'o4-mini', 'o3-mini', 'o1', 'gpt-4-turbo', 'gpt-4', 'gpt-3.5-turbo'],
  ]),
  ...ends('2026-12-11', 'a model of the gpt-5.6 family', ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'o3']),
  ...ends('2027-01-14', 'gpt-6-luna', ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o', 'gpt-4o-mini']),
  ...ends('2027-04-01', 'a model of today', ['gpt-5.4-nano', 'gpt-5.1']),
  ...ends('2027-01-06', 'gpt-realtime-2.1-mini over the Realtime API', [
    ...['/audio/speech', 'tts-1', 'tts-1-hd', 'gpt-4o-mini-tts', 'gpt-4o-mini-tts-2025-12-15'],
  ]),
  ...ends('2027-01-20', 'gpt-realtime-2.1 or gpt-realtime-2.1-mini', [
    ...['gpt-realtime', 'gpt-realtime-2025-08-28', 'gpt-realtime-mini', 'gpt-realtime-mini-2025-12-15'],
    'gpt-audio-mini',
  ]),
  ...ends('2027-02-26', 'gpt-live-transcribe (live) or gpt-transcribe (files)', [
    ...['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-4o-mini-transcribe-2025-12-15'],
    'gpt-4o-transcribe-diarize',
  ]),
]

function ends(endsOn: string, successor: string, names: readonly string[]): Shutdown[] {
  return names.map(what => ({ what, endsOn, successor }))
}

/** Whether this is OpenAI itself and no server that imitates it. */
export function isHosted(baseUrl: string): boolean {
  return /^https?:\/\/([a-z0-9-]+\.)*openai\.com(?=[:/]|$)/i.test(baseUrl)
}

/** A warning for the first of these names that ends, said by how near it is; undefined if none does. */
export function shutdownWarning(names: readonly string[], epochMs: number): ParleyError | undefined {
  const found = shutdowns.find(({ what }) => names.includes(what))
  if (found === undefined) return undefined
  // biome-ignore lint/style/noRestrictedGlobals: reads a date that is given
  const days = Math.ceil((Date.parse(found.endsOn) - epochMs) / 86_400_000)
  const when = days > 0 ? `ends on ${found.endsOn}, in ${days} days` : `ended on ${found.endsOn}`
  return new ParleyError('provider_rejected', `${found.what} of OpenAI ${when}; use ${found.successor}.`, {
    details: { what: found.what, endsOn: found.endsOn, days },
  })
}
