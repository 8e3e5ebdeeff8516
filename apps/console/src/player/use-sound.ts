/** The shape of a recording, and its melody once somebody wants to see it. */

import { useEffect, useState } from 'react'
import { askGateway } from '../history/stored.js'
import { createPeaks, type Peaks, type WaveformFile } from './model/peaks.js'
import type { Playback } from './model/playback.js'
import type { PlayerSource } from './player-source.js'

export interface Pitch {
  readonly stepMs: number
  readonly callerHz: readonly number[]
  readonly agentHz: readonly number[]
}

export type PitchState =
  | { readonly kind: 'off' | 'failed' }
  | { readonly kind: 'making'; readonly done: number }
  | { readonly kind: 'here'; readonly pitch: Pitch }

type PitchAnswer = ({ readonly state: 'ready' } & Pitch) | { readonly state: 'making'; readonly done: number }

/** How long until it is asked again how far a melody is, ms. */
const ASK_AGAIN_MS = 700

/** Undefined while it is loaded, and where there is none. */
export function usePeaks(source: PlayerSource, playback: Playback): Peaks | undefined {
  const [peaks, setPeaks] = useState<Peaks>()
  const path = playback.recording.state === 'ready' ? source.sound(playback).waveform : undefined
  const { token } = source
  useEffect(() => {
    if (path === undefined) return
    const leaving = new AbortController()
    askGateway<WaveformFile>(path, { token, signal: leaving.signal }).then(
      loaded => {
        if (loaded.kind === 'here') setPeaks(createPeaks(loaded.value))
      },
      () => {
        // Nobody looks at it any more.
      },
    )
    return () => leaving.abort()
  }, [path, token])
  return peaks
}

/** Asked for once it is wanted, and until it is made. */
export function usePitch({ pitch: path, token }: PlayerSource, wanted: boolean): PitchState {
  const [state, setState] = useState<PitchState>({ kind: 'off' })
  useEffect(() => {
    if (!wanted) return setState({ kind: 'off' })
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask(): Promise<void> {
      const loaded = await askGateway<PitchAnswer>(path, { token, signal: leaving.signal })
      if (leaving.signal.aborted) return
      if (loaded.kind !== 'here') return setState({ kind: 'failed' })
      const answer = loaded.value
      if (answer.state === 'ready') return setState({ kind: 'here', pitch: answer })
      setState({ kind: 'making', done: answer.done })
      timer = setTimeout(() => ask().catch(() => {}), ASK_AGAIN_MS)
    }
    setState({ kind: 'making', done: 0 })
    ask().catch(() => {
      // Nobody looks at it any more.
    })
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [wanted, path, token])
  return state
}
