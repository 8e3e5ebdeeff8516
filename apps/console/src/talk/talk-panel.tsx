/** The voice: who has the floor, both levels, and the buttons to talk, interrupt and end. */
import { NoRecogniser } from '../gateway-facts.js'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { type ConsoleState, isConnected } from '../session/console-state.js'
import { FloorSign } from './floor-sign.js'
import { TalkButton } from './talk-button.js'
import { VoiceMeter } from './voice-meter.js'

interface TalkPanelProps {
  readonly state: ConsoleState
  readonly session: ConsoleSession
}

export function TalkPanel({ state, session }: TalkPanelProps) {
  const messages = useMessages()
  const words = messages.talk
  const connected = isConnected(state)
  const busy = connected || state.connection === 'connecting'
  return (
    <section className="talk" aria-labelledby="talk-heading">
      <h2 id="talk-heading" className="unseen">
        {words.heading}
      </h2>
      <FloorSign floor={connected ? state.conversation.floor : 'away'} />
      <VoiceMeter levels={session.levels} />
      <div className="talk-buttons">
        <button
          type="button"
          className="button"
          disabled={state.connection !== 'ready'}
          aria-keyshortcuts="Escape"
          onClick={session.interrupt}
        >
          {words.interrupt} <kbd>Esc</kbd>
        </button>
        <TalkButton state={state} session={session} />
        <button type="button" className="button" disabled={!busy} onClick={session.end}>
          {words.end}
        </button>
      </div>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={state.pushToTalk}
          aria-checked={state.pushToTalk}
          aria-describedby="push-to-talk-hint"
          onChange={event => session.setPushToTalk(event.target.checked)}
        />
        <span className="switch-track" aria-hidden="true" />
        {words.pushToTalk}
      </label>
      <p className={state.pushToTalk ? 'hint talk-hint' : 'unseen'} id="push-to-talk-hint">
        {words.pushToTalkHint}
      </p>
      <NoRecogniser state={state} session={session} />
    </section>
  )
}
