import { createProsodyTimeline, type Player, type ProsodyTimeline, type VoiceClient } from '@parley/client'
import { useCallback, useEffect, useRef } from 'react'
import type { FaceInput } from '../face/face-types.js'
import { faceInputOf } from './voice-prosody.js'

const pageClock = () => performance.now()

/**
 * The agent's face in a live conversation, in step with what the loudspeaker plays:
 * `<ProsodyAvatar source={useVoiceProsody(client, player)} />`. The client needs `prosody` among its options. Silence
 * while one of the two is undefined. Renders nothing by itself, and lets go of both when the component leaves.
 */
export function useVoiceProsody(
  client: Pick<VoiceClient, 'on'> | undefined,
  player: Pick<Player, 'on' | 'earTime'> | undefined,
  now: () => number = pageClock,
): () => FaceInput {
  const timeline = useRef<ProsodyTimeline>(undefined)
  const clock = useRef(now)
  useEffect(() => {
    clock.current = now
  }, [now])
  useEffect(() => {
    if (client === undefined || player === undefined) return
    const mine = createProsodyTimeline(client, player)
    timeline.current = mine
    return () => {
      mine.close()
      timeline.current = undefined
    }
  }, [client, player])
  return useCallback(() => faceInputOf(timeline.current?.at(clock.current())), [])
}
