/** Asks before unsaved work is left behind: by a link or a button of the browser, or with the window. */
import { useEffect } from 'react'

export function useLeaveGuard(unsaved: boolean, question: string): void {
  useEffect(() => {
    if (!unsaved) return
    const here = location.hash
    const unload = (event: BeforeUnloadEvent) => event.preventDefault()
    // Comes before the page's own `hashchange`, which then finds the address it was.
    const away = () => {
      if (location.hash === here || confirm(question)) return
      history.pushState(null, '', here)
    }
    addEventListener('beforeunload', unload)
    addEventListener('popstate', away)
    return () => {
      removeEventListener('beforeunload', unload)
      removeEventListener('popstate', away)
    }
  }, [unsaved, question])
}
