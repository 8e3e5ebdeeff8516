/** This page as a device in somebody else's conversation: it joins at a click and leaves with the page. */
import { createVoice, type Voice, type VoiceSnapshot } from '@parley/client'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { codecFor, PCM_OUTPUT_RATE } from '../session/codec.js'
import { workletSource } from '../session/sound.js'

export type JoinAs = 'listener' | 'controller'

export interface Listening {
  readonly voice: Voice | undefined
  /** Undefined until somebody joined. */
  readonly state: VoiceSnapshot | undefined
  /** Call from a click: browsers want one before they play. Joins again where this device stands as something else. */
  join(as: JoinAs): void
  leave(): void
}

interface ListeningOptions {
  readonly session: string
  readonly token: string
  /** What the others see this device as. */
  readonly device: string
}

const nobody = () => () => {}

export function useListening({ session, token, device }: ListeningOptions): Listening {
  const [voice, setVoice] = useState<Voice>()
  const present = useRef<Voice>(undefined)
  const state = useSyncExternalStore(voice?.subscribe ?? nobody, () => voice?.snapshot())

  const leave = useCallback(() => {
    present.current?.stop()
    present.current = undefined
    setVoice(undefined)
  }, [])
  useEffect(() => leave, [leave])

  const join = (as: JoinAs) => {
    present.current?.stop()
    const next = createVoice({
      ...{ url: location.origin, codec: codecFor(location), output: { sampleRate: PCM_OUTPUT_RATE } },
      ...(token === '' ? {} : { token }),
      ...{ join: { session, as, hears: 'both' }, device, microphone: 'off', ...workletSource },
    })
    present.current = next
    setVoice(next)
    void next.start()
  }
  return { voice, state, join, leave }
}
