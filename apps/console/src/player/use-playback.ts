/** The conversation as the gateway answers it; asked again while it is on, and until its recording is made. */

import { useEffect, useState } from 'react'
import { askGateway, type Loaded } from '../history/stored.js'
import type { Playback } from './model/playback.js'
import type { PlayerSource } from './player-source.js'

/** ms */
const ASK_AGAIN_MS = 4_000

export function usePlayback({
  playback: path,
  token,
}: PlayerSource): readonly [Loaded<Playback>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Playback>>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another question.
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask(): Promise<void> {
      const answer = await askGateway<Playback>(path, { token, signal: leaving.signal })
      if (leaving.signal.aborted) return
      setLoaded(before => {
        // A gateway that is away for a moment takes nothing away that is here.
        if (before.kind === 'here' && answer.kind === 'unreachable') return before
        return before.kind === 'here' && answer.kind === 'here' && isSame(before.value, answer.value)
          ? before
          : answer
      })
      const again = answer.kind === 'unreachable' || (answer.kind === 'here' && isUnderWay(answer.value))
      if (again) timer = setTimeout(() => ask().catch(() => {}), ASK_AGAIN_MS)
    }
    setLoaded({ kind: 'loading' })
    ask().catch(() => {
      // Nobody looks at it any more.
    })
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [path, token, attempt])
  return [loaded, () => setAttempt(count => count + 1)]
}

function isUnderWay({ session, recording }: Playback): boolean {
  return session.state === 'running' || recording.state === 'making'
}

/** Whoever plays the beginning is not to be disturbed by an answer that says nothing new. */
function isSame(one: Playback, other: Playback): boolean {
  return (
    one.session.state === other.session.state &&
    one.recording.state === other.recording.state &&
    one.lines.length === other.lines.length
  )
}
