/** A button that opens a small panel below it; Escape and whatever is pressed elsewhere close it. */

import { type ReactNode, useEffect, useRef } from 'react'

export function Menu({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  const frame = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = () => {
      if (frame.current !== null) frame.current.open = false
    }
    function away({ target }: Event): void {
      if (!(target instanceof Node) || !frame.current?.contains(target)) close()
    }
    function key(event: KeyboardEvent): void {
      if (event.key !== 'Escape' || !frame.current?.open) return
      close()
      frame.current.querySelector('summary')?.focus()
    }
    addEventListener('pointerdown', away)
    addEventListener('keydown', key)
    return () => {
      removeEventListener('pointerdown', away)
      removeEventListener('keydown', key)
    }
  }, [])
  return (
    <details className="menu" ref={frame}>
      <summary className="button">{text}</summary>
      <div className="menu-panel">{children}</div>
    </details>
  )
}
