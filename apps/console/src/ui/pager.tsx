/** The way through a list that the gateway gives in pages, newest first. */

interface PagerProps {
  /** What the page begins before; absent on the first. */
  readonly before: string | undefined
  /** `before` of the next, older page; absent on the last. */
  readonly next: string | undefined
  readonly go: (before: string | undefined) => void
  readonly newest: string
  readonly older: string
}

export function Pager({ before, next, go, newest, older }: PagerProps) {
  return (
    <p className="form-row">
      {before !== undefined && (
        <button type="button" className="button" onClick={() => go(undefined)}>
          {newest}
        </button>
      )}
      {next !== undefined && (
        <button type="button" className="button" onClick={() => go(next)}>
          {older}
        </button>
      )}
    </p>
  )
}
