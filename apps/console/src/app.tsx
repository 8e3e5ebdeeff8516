/** The one page: a voice panel, the conversation, and where the time went. */
import { useEffect, useSyncExternalStore } from 'react'
import { Conversation } from './conversation/conversation.js'
import { GatewayFacts } from './gateway-facts.js'
import { Header } from './header.js'
import { useMessages } from './i18n/language.js'
import { Latency } from './latency/latency.js'
import { ProblemBanner } from './problem-banner.js'
import type { ConsoleSession } from './session/console-session.js'
import { Samples } from './talk/samples.js'
import { TalkPanel } from './talk/talk-panel.js'
import { useKeys } from './talk/use-keys.js'

export function App({ session }: { readonly session: ConsoleSession }) {
  const state = useSyncExternalStore(session.subscribe, session.snapshot)
  const messages = useMessages()
  const answered = state.conversation.ledgers.length > 0
  useKeys(session)
  useEffect(() => {
    document.title = state.connection === 'ready' ? `● ${state.ready?.agent ?? ''} – Parley` : 'Parley'
  }, [state.connection, state.ready])

  return (
    <>
      <a className="skip" href="#conversation">
        {messages.skipToConversation}
      </a>
      <Header state={state} />
      <ProblemBanner state={state} session={session} />
      <main className="page">
        <div className="page-voice">
          <TalkPanel state={state} session={session} />
        </div>
        <Conversation state={state} session={session} />
        <div className="page-side">
          {answered && <Latency key="latency" ledgers={state.conversation.ledgers} />}
          <Samples key="samples" state={state} session={session} />
          {!answered && <Latency key="latency" ledgers={[]} />}
          <GatewayFacts state={state} session={session} />
        </div>
      </main>
    </>
  )
}
