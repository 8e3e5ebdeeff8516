/** What the desk of agents is asked, what it tells, and what it is made of. */

import type { Clock } from '@parley/core'
import type { Agent, agentSlots } from '@parley/engines'
import type { AgentStore, AgentVersion, Principal } from '@parley/platform'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { Log } from '../log/log.js'
import type { AgentProblem } from './agent-problems.js'
import type { AgentReader, AgentText } from './agent-reader.js'
import type { StoredAgents } from './stored-agents.js'

/** What a text comes to, in words for a list. */
export interface AgentFacts {
  readonly language: string
  readonly kind: Agent['kind']
  /** By slot, `vendor` or `vendor model` in the order in which they are tried; slots that are empty are left out. */
  readonly providers: Readonly<Partial<Record<(typeof agentSlots)[number], readonly string[]>>>
}

export interface AgentSummary {
  readonly name: string
  /** Where what is in force comes from; `none` for drafts that nobody published. */
  readonly inForce: 'file' | 'settings' | 'console' | 'none'
  /** Whether there is a file, or settings, under what is in force. */
  readonly own: boolean
  readonly published?: number
  readonly latest?: AgentVersion
  readonly changedBy?: string
  readonly changedAtMs?: number
  /** Of what is in force, else of the latest draft; absent where that is not good. */
  readonly facts?: AgentFacts
  /** Of the same. */
  readonly errors: number
}

export interface AgentDetail extends AgentSummary {
  /** The newest first. */
  readonly versions: readonly AgentVersion[]
  /** The text to edit: the latest version, else the file; absent for an agent of the settings. */
  readonly yaml?: string
  readonly problems: readonly AgentProblem[]
  /** The text of the file. */
  readonly ownYaml?: string
}

export interface SavedAgent {
  readonly version: number
  readonly problems: readonly AgentProblem[]
}

export type Editor = Pick<Principal, 'tenant' | 'subject'>

export interface AgentDesk {
  /** Names and languages alone, for whoever talks. */
  names(tenant: string): Promise<readonly { readonly name: string; readonly language?: string }[]>
  list(tenant: string): Promise<readonly AgentSummary[]>
  /** @throws ParleyError `not_found` */
  detail(tenant: string, name: string): Promise<AgentDetail>
  /** @throws ParleyError `not_found` */
  text(tenant: string, name: string, version: number): Promise<string>
  check(text: AgentText): Promise<readonly AgentProblem[]>
  /** Good or not. @throws ParleyError `conflict`, `too_large`, `bad_message` */
  save(
    editor: Editor,
    draft: { name: string; yaml: string; note?: string; base: number },
  ): Promise<SavedAgent>
  /** @throws ParleyError `not_found`, `conflict`, `bad_agent` with every mistake */
  publish(editor: Editor, wanted: { name: string; version: number; instead?: number | null }): Promise<void>
  /** @throws ParleyError `not_found`, `conflict` */
  unpublish(editor: Editor, wanted: { name: string; instead?: number }): Promise<void>
  /** @throws ParleyError `not_found`, `conflict` */
  forget(editor: Editor, name: string): Promise<void>
  /** A name for `hello.agent`, for this editor alone. @throws ParleyError `bad_agent` with every mistake, `not_found` */
  tryOut(editor: Editor, wanted: Trial): Promise<{ readonly agent: string; readonly expiresAtMs: number }>
}

export interface Trial {
  readonly name: string
  readonly yaml?: string
  readonly version?: number
}

export interface AgentDeskParts {
  readonly store: AgentStore
  readonly own: AgentCatalogue
  readonly reader: AgentReader
  readonly stored: StoredAgents
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
}
