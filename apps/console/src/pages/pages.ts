/** The pages beside the conversation, each loaded when it is opened. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { PageName } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'

export interface PageProps {
  readonly session: ConsoleSession
  /** The one thing that is looked at; absent for the page itself. */
  readonly id: string | undefined
}

export type LazyPage = LazyExoticComponent<ComponentType<PageProps>>

export const pages: Readonly<Record<Exclude<PageName, 'talk'>, LazyPage>> = {
  phone: lazy(async () => ({ default: (await import('../phone/phone-page.js')).PhonePage })),
  prosody: lazy(async () => ({ default: (await import('../prosody/prosody-page.js')).ProsodyPage })),
  live: lazy(async () => ({ default: (await import('../live/live-page.js')).LivePage })),
  sessions: lazy(async () => ({ default: (await import('../history/history-page.js')).HistoryPage })),
  analytics: lazy(async () => ({ default: (await import('../analytics/analytics-page.js')).AnalyticsPage })),
  agents: lazy(async () => ({ default: (await import('../agents/agents-page.js')).AgentsPage })),
  calls: lazy(async () => ({ default: (await import('../calls/calls-page.js')).CallsPage })),
  leads: lazy(async () => ({ default: (await import('../leads/leads-page.js')).LeadsPage })),
  access: lazy(async () => ({ default: (await import('../access/access-page.js')).AccessPage })),
  health: lazy(async () => ({ default: (await import('../health/health-page.js')).HealthPage })),
  check: lazy(async () => ({ default: (await import('../check/check-page.js')).CheckPage })),
  shared: lazy(async () => ({ default: (await import('../shared/shared-page.js')).SharedPage })),
}

/** What the navigation shows, in its groups: to talk, to look on, to set up. */
export const navigation: readonly (readonly PageName[])[] = [
  ['talk', 'phone', 'prosody'],
  ['live', 'sessions', 'analytics'],
  ['agents', 'calls', 'leads', 'access', 'health'],
]
