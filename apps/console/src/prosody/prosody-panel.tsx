/** How both sides of the conversation on this page speak. */
import { useSyncExternalStore } from 'react'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import type { SteadyState } from '../session/steady.js'
import { followSession } from './follow-session.js'
import { ProsodyChart } from './prosody-chart.js'
import type { Side } from './prosody-view.js'
import { Utterances } from './utterances.js'

interface ProsodyPanelProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

const sides: readonly Side[] = ['user', 'agent']

export function ProsodyPanel({ state, session }: ProsodyPanelProps) {
  const words = useMessages().prosody
  const { store, asked } = followSession(session)
  const view = useSyncExternalStore(store.subscribe, store.calm)
  const empty = view.user.chunks.length === 0 && view.agent.chunks.length === 0
  return (
    <div className="prosody-panel">
      <ProsodyChart store={store} sides={sides} />
      {isConnected(state) && !asked() ? (
        <p className="hint">{words.next}</p>
      ) : (
        empty && <p className="hint">{words.waiting}</p>
      )}
      <details className="prosody-utterances">
        <summary>{words.utterances(view.told)}</summary>
        <Utterances utterances={view.utterances} sides={sides} />
      </details>
    </div>
  )
}
