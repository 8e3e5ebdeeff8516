/** Whether the page is seen, when it goes, and keeping the screen on. Safe to call where there is no page. */
import type { PageState } from '../voice/voice-devices.js'

export const pageState: PageState = {
  visible: () => globalThis.document?.visibilityState !== 'hidden',
  onVisible(changed) {
    // A page that comes back out of the browser's cache of pages tells so by `pageshow` alone.
    return both([
      listen(globalThis.document, 'visibilitychange', changed),
      listen(globalThis.window, 'pageshow', changed),
    ])
  },
  onLeave(leave) {
    return listen(globalThis.window, 'pagehide', event => {
      if (!(event as PageTransitionEvent).persisted) leave()
    })
  },
  keepScreenOn() {
    let over = false
    let lock: WakeLockSentinel | undefined
    globalThis.navigator?.wakeLock?.request('screen').then(
      granted => {
        if (over) granted.release().catch(() => {})
        else lock = granted
      },
      // Refused on a low battery and on hidden pages: the screen goes off, the conversation goes on.
      () => {},
    )
    return () => {
      over = true
      lock?.release().catch(() => {})
    }
  },
}

export function listen(
  target: EventTarget | undefined,
  name: string,
  heard: (event: Event) => void,
): () => void {
  target?.addEventListener(name, heard)
  return () => target?.removeEventListener(name, heard)
}

function both(leave: readonly (() => void)[]): () => void {
  return () => {
    for (const each of leave) each()
  }
}
