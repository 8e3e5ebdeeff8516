/** Who answers: all agents, or one in its editor. */
import type { PageProps } from '../pages/pages.js'
import { AgentList } from './agent-list.js'
import { AgentWorkshop } from './agent-workshop.js'
import './agents.css'

export function AgentsPage({ session, id }: PageProps) {
  return id === undefined ? (
    <AgentList session={session} />
  ) : (
    <AgentWorkshop key={id} session={session} name={id} />
  )
}
