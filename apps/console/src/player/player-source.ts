/** Where the player asks for what it shows: a session of one's own, or one that is shared by a link. */

import type { Playback } from './model/playback.js'

export interface PlayerSource {
  /** Empty where none is needed. */
  readonly token: string
  readonly playback: string
  readonly pitch: string
  /** What it used and cost; nobody's business who has a link. */
  readonly usage: string | undefined
  /** Links to it are made, listed and revoked there; undefined for who has one. */
  readonly shares: string | undefined
  sound(playback: Playback): SoundPaths
}

export interface SoundPaths {
  readonly waveform: string
  readonly wav: string
  readonly ogg: string
}

export function ownSource(id: string, token: string): PlayerSource {
  const base = `/api/sessions/${encodeURIComponent(id)}`
  return {
    token,
    playback: `${base}/playback`,
    pitch: `${base}/pitch`,
    usage: `${base}/usage`,
    shares: `${base}/shares`,
    sound({ recording: { call } }) {
      if (call === undefined) return soundAt(base, `${base}/recording/waveform`)
      const ofCall = `/api/calls/${encodeURIComponent(call)}`
      return soundAt(ofCall, `${ofCall}/waveform`)
    },
  }
}

export function sharedSource(secret: string): PlayerSource {
  const base = `/api/shared/${encodeURIComponent(secret)}`
  return {
    token: '',
    playback: `${base}/playback`,
    pitch: `${base}/pitch`,
    usage: undefined,
    shares: undefined,
    sound: () => soundAt(base, `${base}/waveform`),
  }
}

function soundAt(base: string, waveform: string): SoundPaths {
  return { waveform, wav: `${base}/recording.wav`, ogg: `${base}/recording.ogg` }
}

/** An address for an element of the page, which cannot send a header. */
export function withToken(path: string, token: string): string {
  return token === '' ? path : `${path}?token=${encodeURIComponent(token)}`
}

/** @throws Error where the gateway does not give it */
export async function askBytes(path: string, token: string): Promise<Blob> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(path, { headers })
  if (!response.ok) throw new Error(String(response.status))
  return response.blob()
}
