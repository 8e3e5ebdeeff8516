/** The big button: microphone on and off, or held down while talking. */
import type { KeyboardEvent } from 'react'
import type { Messages } from '../i18n/english.js'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import type { SteadyState } from '../session/steady.js'

interface TalkButtonProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function TalkButton({ state, session }: TalkButtonProps) {
  const messages = useMessages()
  const { speaking, pushToTalk, held } = state
  const live = speaking === 'microphone' && (!pushToTalk || held)
  return (
    <button
      type="button"
      className="talk-button"
      data-live={live}
      data-opening={speaking === 'opening'}
      aria-pressed={pushToTalk ? held : speaking === 'microphone'}
      {...(pushToTalk ? holdHandlers(session) : { onClick: session.toggleTalk })}
    >
      <svg viewBox="0 0 32 32" width="34" height="34" aria-hidden="true">
        <rect x="12" y="4" width="8" height="15" rx="4" className="talk-button-body" />
        <path d="M7.5 15.5a8.5 8.5 0 0 0 17 0M16 24v4.5M12 28.5h8" className="talk-button-stand" />
        {!live && speaking === 'microphone' && <path d="M6 5l20 22" className="talk-button-stand" />}
      </svg>
      <span>{label(state, messages.talk)}</span>
    </button>
  )
}

function label({ speaking, pushToTalk, held }: SteadyState, words: Messages['talk']): string {
  if (speaking === 'opening') return words.opening
  if (pushToTalk) return held ? words.holding : words.hold
  return speaking === 'microphone' || speaking === 'browser' ? words.stop : words.start
}

function holdHandlers(session: ConsoleSession) {
  const isKey = (event: KeyboardEvent) => event.key === ' ' || event.key === 'Enter'
  return {
    onPointerDown: () => session.hold(true),
    onPointerUp: () => session.hold(false),
    onPointerCancel: () => session.hold(false),
    onPointerLeave: () => session.hold(false),
    onKeyDown(event: KeyboardEvent) {
      if (!isKey(event)) return
      event.preventDefault()
      if (!event.repeat) session.hold(true)
    },
    onKeyUp(event: KeyboardEvent) {
      if (isKey(event)) session.hold(false)
    },
    onContextMenu: (event: { preventDefault(): void }) => event.preventDefault(),
  }
}
