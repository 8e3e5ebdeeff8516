/** The way to every page: a row where there is room, a menu where there is not. */
import { useEffect, useId, useRef, useState } from 'react'
import { useMessages } from './i18n/language.js'
import { navigation } from './pages/pages.js'
import { type PageName, pathTo, useRoute } from './route.js'

export function Navigation() {
  const messages = useMessages().navigation
  const { page } = useRoute()
  const list = useId()
  const [open, setOpen] = useState(false)
  const frame = useRef<HTMLElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (!open) return
    const away = (event: Event) => {
      if (!(event.target instanceof Node) || !frame.current?.contains(event.target)) setOpen(false)
    }
    const key = ({ key: pressed }: KeyboardEvent) => {
      if (pressed !== 'Escape') return
      setOpen(false)
      button.current?.focus()
    }
    addEventListener('pointerdown', away)
    addEventListener('focusin', away)
    addEventListener('keydown', key)
    return () => {
      removeEventListener('pointerdown', away)
      removeEventListener('focusin', away)
      removeEventListener('keydown', key)
    }
  }, [open])

  return (
    <nav className="navigation" aria-label={messages.label} data-open={open} ref={frame}>
      <button
        type="button"
        className="navigation-menu"
        aria-expanded={open}
        aria-controls={list}
        ref={button}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path
            d="M3 5.5h14M3 10h14M3 14.5h14"
            stroke="currentColor"
            strokeWidth="1.6"
            strokeLinecap="round"
          />
        </svg>
        <span>{messages.menu}</span>
      </button>
      <div className="navigation-groups" id={list}>
        {navigation.map(group => (
          <ul key={group[0]}>
            {group.map(name => (
              <li key={name}>
                <a
                  href={pathTo(name)}
                  aria-current={isAt(page, name) ? 'page' : undefined}
                  onClick={() => setOpen(false)}
                >
                  {messages.pages[name]}
                </a>
              </li>
            ))}
          </ul>
        ))}
      </div>
    </nav>
  )
}

/** Pages without a place of their own: a shared recording is a past conversation, the self-test is about health. */
const within: Partial<Readonly<Record<PageName, PageName>>> = { shared: 'sessions', check: 'health' }

function isAt(page: PageName, name: PageName): boolean {
  return (within[page] ?? page) === name
}
