/** Keys of the whole page: Escape interrupts, the space bar is push to talk. Typing and controls keep their keys. */
import { useEffect } from 'react'
import type { ConsoleSession } from '../session/console-session.js'

const OWN_KEYS = 'input, textarea, select, button, summary, a, [contenteditable]'

export function useKeys(session: ConsoleSession): void {
  useEffect(() => {
    function hasOwnUse(event: KeyboardEvent): boolean {
      return event.target instanceof Element && event.target.closest(OWN_KEYS) !== null
    }
    function down(event: KeyboardEvent): void {
      if (event.key === 'Escape') session.interrupt()
      const pushToTalk = event.key === ' ' && session.snapshot().pushToTalk
      if (!pushToTalk || hasOwnUse(event)) return
      event.preventDefault()
      if (!event.repeat) session.hold(true)
    }
    function up(event: KeyboardEvent): void {
      if (event.key === ' ') session.hold(false)
    }
    // A key let go over another window is never told; the microphone must not stay open.
    const release = () => session.hold(false)
    addEventListener('keydown', down)
    addEventListener('keyup', up)
    addEventListener('blur', release)
    return () => {
      removeEventListener('keydown', down)
      removeEventListener('keyup', up)
      removeEventListener('blur', release)
    }
  }, [session])
}
