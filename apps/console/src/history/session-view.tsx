/** One past conversation, to be played. */

import { useMemo } from 'react'
import { PlayerPage } from '../player/player-page.js'
import { ownSource } from '../player/player-source.js'
import type { ConsoleSession } from '../session/console-session.js'

interface SessionViewProps {
  readonly id: string
  readonly session: ConsoleSession
}

export function SessionView({ id, session }: SessionViewProps) {
  const token = session.token()
  const source = useMemo(() => ownSource(id, token), [id, token])
  return <PlayerPage source={source} session={session} />
}
