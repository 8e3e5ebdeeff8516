/**
 * Stands around what is loaded when it is wanted: where that cannot be had (the gateway is away, or was renewed and serves
 * other files by now), or fails as it is drawn, the rest of the page and its conversation go on.
 */
import { Component, type ReactNode } from 'react'
import { useMessages } from '../i18n/language.js'

interface PageGuardProps {
  readonly children: ReactNode
}

interface PageGuardState {
  readonly failed: boolean
}

/** A class, as React tells nothing else of what fails below. Made anew, by another `key`, it tries again. */
export class PageGuard extends Component<PageGuardProps, PageGuardState> {
  override state: PageGuardState = { failed: false }

  static getDerivedStateFromError(): PageGuardState {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? <NotLoaded /> : this.props.children
  }
}

function NotLoaded() {
  const { notLoaded, reload } = useMessages()
  return (
    <div role="alert">
      <p>{notLoaded}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {reload}
      </button>
    </div>
  )
}
