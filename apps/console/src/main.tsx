/** Mounts the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.js'
import { LanguageProvider } from './i18n/language.js'
import { createConsoleSession } from './session/console-session.js'
import { createTokenKeeper } from './session/token-keeper.js'
import './styles/tokens.css'
import './styles/page.css'
import './styles/header.css'
import './styles/controls.css'
import './styles/talk.css'
import './styles/conversation.css'
import './styles/recording.css'
import './styles/latency.css'
import './styles/history.css'
import './styles/phone.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

const session = createConsoleSession({ url: location.origin, token: createTokenKeeper() })
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <App session={session} />
    </LanguageProvider>
  </StrictMode>,
)
