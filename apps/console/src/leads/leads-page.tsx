/** People who may be called, or one of them. */
import type { PageProps } from '../pages/pages.js'
import { LeadList } from './lead-list.js'
import { LeadView } from './lead-view.js'
import '../calls/calls.css'
import './leads.css'

export function LeadsPage({ session, id }: PageProps) {
  if (id === undefined) return <LeadList session={session} />
  return <LeadView key={id} id={id} session={session} />
}
