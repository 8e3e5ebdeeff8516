/** Mounts the page. Everything it needs from the address (`#token=`) is read once, here. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.js'
import { LanguageProvider } from './i18n/language.js'
import { createConsoleSession } from './session/console-session.js'
import './styles/tokens.css'
import './styles/page.css'
import './styles/header.css'
import './styles/controls.css'
import './styles/talk.css'
import './styles/conversation.css'
import './styles/latency.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

const session = createConsoleSession({ url: location.origin, token: takeToken() })
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <App session={session} />
    </LanguageProvider>
  </StrictMode>,
)

/** A link may carry a token after `#`, which no server sees; it is taken out of the address bar at once. */
function takeToken(): string {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const token = fragment.get('token') ?? ''
  if (token !== '') history.replaceState(null, '', location.pathname + location.search)
  return token
}
