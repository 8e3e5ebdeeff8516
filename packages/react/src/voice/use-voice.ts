/** `useVoice`: a voice agent in a component's life. All it does is in `createVoice` of `@parley/client`. */
import { createVoice, idleVoice, type Voice, type VoiceOptions, type VoiceSnapshot } from '@parley/client'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'

type Deeds =
  | 'start'
  | 'stop'
  | 'setMuted'
  | 'press'
  | 'release'
  | 'sendText'
  | 'interrupt'
  | 'consent'
  | 'takeOver'
  | 'setThreshold'
  | 'setMicrophone'
  | 'setSpeaker'
  | 'levels'
  | 'metrics'

export interface UseVoice extends VoiceSnapshot, Pick<Voice, Deeds> {
  /** The voice itself: its events, `client` and `player`. */
  readonly voice: Voice
}

/**
 * One voice agent, which speaks after `start()` from a click. Another `url`, `agent`, `language`, `join` or `pushToTalk`
 * makes another voice and ends the one before; a fresh `token` counts from the next connection on; all other options are those
 * of the render that made the voice. Leaving ends the conversation and gives the microphone back.
 */
export function useVoice(options: VoiceOptions): UseVoice {
  const { token } = options
  const latestToken = useRef(token)
  const freshToken = useCallback(() => {
    const latest = latestToken.current
    return typeof latest === 'function' ? latest() : (latest ?? '')
  }, [])
  const { url, agent, language, join, pushToTalk } = options
  const key = JSON.stringify([String(url), agent, language, join, pushToTalk])
  const make = () => ({ key, voice: createVoice({ ...options, token: freshToken }) })
  const [made, setMade] = useState(make)
  let current = made
  if (made.key !== key) {
    // During the render, as React advises for state that follows from props: nothing of it is touched before an effect.
    current = make()
    setMade(current)
  }
  const { voice } = current

  useEffect(() => {
    latestToken.current = token
  }, [token])
  // StrictMode runs this twice: a stopped voice can start again.
  useEffect(() => () => voice.stop(), [voice])

  const snapshot = useSyncExternalStore(voice.subscribe, voice.snapshot, serverSnapshot)
  return useMemo(() => {
    const { start, stop, setMuted, press, release, sendText, interrupt } = voice
    const { consent, takeOver, setThreshold, setMicrophone, setSpeaker, levels, metrics } = voice
    return {
      ...snapshot,
      ...{ start, stop, setMuted, press, release, sendText, interrupt },
      ...{ consent, takeOver, setThreshold, setMicrophone, setSpeaker, levels, metrics, voice },
    }
  }, [snapshot, voice])
}

const serverSnapshot = () => idleVoice
