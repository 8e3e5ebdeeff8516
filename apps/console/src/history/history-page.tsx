/** Past conversations, or one of them. */
import type { PageProps } from '../pages/pages.js'
import { SessionList } from './session-list.js'
import { SessionView } from './session-view.js'

export function HistoryPage({ session, id }: PageProps) {
  if (id === undefined) return <SessionList session={session} />
  return <SessionView key={id} id={id} session={session} />
}
