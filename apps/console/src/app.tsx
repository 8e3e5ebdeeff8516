/** The page: a voice panel, the conversation and where the time went; or one of the others. */
import { Suspense, useEffect, useSyncExternalStore } from 'react'
import { Conversation } from './conversation/conversation.js'
import { GatewayFacts } from './gateway-facts.js'
import { Header } from './header.js'
import { useLanguage } from './i18n/language.js'
import { Latency } from './latency/latency.js'
import { PageGuard } from './pages/page-guard.js'
import { pages } from './pages/pages.js'
import { ProblemBanner } from './problem-banner.js'
import { ProsodyFold } from './prosody/prosody-fold.js'
import { useRoute } from './route.js'
import type { ConsoleSession } from './session/console-session.js'
import type { SteadyState } from './session/steady.js'
import { usePart } from './session/use-part.js'
import { Samples } from './talk/samples.js'
import { TalkPanel } from './talk/talk-panel.js'
import { useKeys } from './talk/use-keys.js'

export function App({ session }: { readonly session: ConsoleSession }) {
  const state = useSyncExternalStore(session.subscribe, session.steady)
  const { messages, language } = useLanguage()
  const route = useRoute()
  const past = route.page !== 'talk'
  const Page = route.page === 'talk' ? undefined : pages[route.page]
  useKeys(session)
  useEffect(() => session.setPageLanguage(language), [session, language])
  useEffect(() => {
    const live = state.connection === 'ready' ? `● ${state.ready?.agent ?? ''} – ` : ''
    document.title = past ? `${messages.navigation.pages[route.page]} – Parley` : `${live}Parley`
  }, [state.connection, state.ready, past, route.page, messages])

  return (
    <>
      {!past && (
        <a className="skip" href="#conversation">
          {messages.skipToConversation}
        </a>
      )}
      <Header state={state} />
      <ProblemBanner state={state} session={session} />
      <main className="page" data-page={route.page}>
        {Page === undefined ? (
          <Talk state={state} session={session} />
        ) : (
          <PageGuard key={route.page}>
            <Suspense fallback={<p className="hint">{messages.loadingPage}</p>}>
              <Page session={session} id={route.id} />
            </Suspense>
          </PageGuard>
        )}
      </main>
    </>
  )
}

function Talk({ state, session }: { readonly state: SteadyState; readonly session: ConsoleSession }) {
  const ledgers = usePart(session, ({ conversation }) => conversation.ledgers)
  const answered = ledgers.length > 0
  return (
    <>
      <div className="page-voice">
        <TalkPanel state={state} session={session} />
      </div>
      <Conversation session={session} />
      <ProsodyFold state={state} session={session} />
      <div className="page-side">
        {answered && <Latency key="latency" ledgers={ledgers} />}
        <Samples key="samples" state={state} session={session} />
        {!answered && <Latency key="latency" ledgers={[]} />}
        <GatewayFacts state={state} session={session} />
      </div>
    </>
  )
}
