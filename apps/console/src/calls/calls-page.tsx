/** Phone calls, or one of them. */
import type { PageProps } from '../pages/pages.js'
import { CallList } from './call-list.js'
import { CallView } from './call-view.js'
import './calls.css'

export function CallsPage({ session, id }: PageProps) {
  if (id === undefined) return <CallList session={session} />
  return <CallView key={id} id={id} session={session} />
}
