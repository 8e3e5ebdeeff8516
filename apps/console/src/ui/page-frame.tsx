/** The frame of a page beside the conversation: a heading that takes the focus, what can be done there, the content. */
import { type ReactNode, useEffect, useRef } from 'react'
import '../styles/ui.css'

export interface PageFrameProps {
  readonly title: string
  /** One sentence under the title. */
  readonly lead?: ReactNode
  readonly back?: { readonly href: string; readonly text: string } | undefined
  /** Buttons beside the title. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function PageFrame({ title, lead, back, actions, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // A new page in the same document: whoever reads by ear or keyboard begins at its heading.
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="frame" aria-labelledby="frame-heading">
      {back && (
        <a className="frame-back" href={back.href}>
          <span aria-hidden="true">← </span>
          {back.text}
        </a>
      )}
      <div className="frame-head">
        <h2 id="frame-heading" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {actions && <div className="frame-actions">{actions}</div>}
      </div>
      {lead && <p className="frame-lead">{lead}</p>}
      {children}
    </section>
  )
}
