import { useCallback, useEffect, useRef } from 'react'
import type { FaceInput } from '../face/face-types.js'
import { faceInputOf, type ProsodyTimelineLike } from './voice-prosody.js'

const pageClock = () => performance.now()

/**
 * The agent's face in a live conversation, in step with what the loudspeaker plays:
 * `<ProsodyAvatar source={useVoiceProsody(timeline)} />`. Silence while `timeline` is undefined. Renders nothing by
 * itself; the timeline stays with whoever made it.
 */
export function useVoiceProsody(
  timeline: ProsodyTimelineLike | undefined,
  now: () => number = pageClock,
): () => FaceInput {
  const latest = useRef({ timeline, now })
  useEffect(() => {
    latest.current = { timeline, now }
  }, [timeline, now])
  return useCallback(() => faceInputOf(latest.current.timeline?.at(latest.current.now())), [])
}
