/** The voice: who has the floor, both levels, and the buttons to talk, interrupt and end. */
import { NoRecogniser } from '../gateway-facts.js'
import { useMessages } from '../i18n/language.js'
import { RecordedChip } from '../recording/recorded-chip.js'
import type { ConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import type { SteadyState } from '../session/steady.js'
import { usePart } from '../session/use-part.js'
import { FloorSign } from './floor-sign.js'
import { TalkButton } from './talk-button.js'
import { VoiceMeter } from './voice-meter.js'

interface TalkPanelProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function TalkPanel({ state, session }: TalkPanelProps) {
  const messages = useMessages()
  const words = messages.talk
  const connected = isConnected(state)
  const floor = usePart(session, ({ conversation }) => conversation.floor)
  const busy = connected || state.connection === 'connecting'
  return (
    <section className="talk" aria-labelledby="talk-heading">
      <h2 id="talk-heading" className="unseen">
        {words.heading}
      </h2>
      <FloorSign floor={connected ? floor : 'away'} />
      <VoiceMeter levels={session.levels} />
      <div className="talk-buttons">
        <button
          type="button"
          className="call-button"
          disabled={state.connection !== 'ready'}
          aria-keyshortcuts="Escape"
          title={words.interruptHint}
          onClick={session.interrupt}
        >
          <CallSign path="M9 6v12M15 6v12" />
          {words.interrupt}
        </button>
        <TalkButton state={state} session={session} />
        <button type="button" className="call-button" disabled={!busy} onClick={session.end}>
          <CallSign path="M6.5 6.5l11 11M17.5 6.5l-11 11" />
          {words.end}
        </button>
      </div>
      <div className="talk-foot">
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
        <RecordedChip session={session} />
      </div>
      <p className="hint talk-hint" id="push-to-talk-hint">
        {state.pushToTalk ? words.pushToTalkHint : words.interruptHint}
      </p>
      <NoRecogniser state={state} session={session} />
    </section>
  )
}

function CallSign({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  )
}
