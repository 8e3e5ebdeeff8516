/**
 * Agents that people write while the gateway runs, by tenant: versions that never change, of which one may be published.
 * What a text means is not known here. Another tenant's agents look exactly like missing ones.
 */

/** Which agent of which tenant: 1–100 characters, no control characters. */
export interface AgentKey {
  readonly tenant: string
  readonly agent: string
}

export interface VersionKey extends AgentKey {
  /** 1, 2, 3 …, growing for ever: a number that was given names this text and no other. */
  readonly version: number
}

export interface AgentDraft extends AgentKey {
  /** At most `MAX_AGENT_CHARACTERS`. */
  readonly yaml: string
  /** BCP 47; absent where the text is not good. */
  readonly language?: string
  readonly note?: string
  /** The subject that saves it. */
  readonly by: string
  /** Epoch ms. */
  readonly atMs: number
  /** The version that was the latest when the editing began; 0 for an agent that is new. */
  readonly base: number
}

export interface StoredAgent {
  readonly agent: string
  readonly latest: AgentVersion
  /** The version that is in force; absent where none is. */
  readonly published?: number
  /** Who saved, published or withdrew it last, and when (epoch ms). */
  readonly changedBy: string
  readonly changedAtMs: number
}

export interface AgentVersion {
  readonly version: number
  /** Absent where the text was not good. */
  readonly language?: string
  readonly note?: string
  readonly savedBy: string
  /** Epoch ms. */
  readonly savedAtMs: number
}

export interface PublishedAgent {
  readonly agent: string
  readonly version: number
  readonly language?: string
}

export interface Publishing extends AgentKey {
  /** Which version; null withdraws the one that is in force. */
  readonly version: number | null
  /** The version that is believed to be in force, null for none; unchecked where it is absent. */
  readonly instead?: number | null
  readonly by: string
  readonly atMs: number
}

export interface AgentTrial extends AgentKey {
  readonly handle: string
  /** Who may use it. */
  readonly subject: string
  readonly yaml: string
  /** For how long, ms. */
  readonly forMs: number
}

/** Longest text of an agent, in characters. */
export const MAX_AGENT_CHARACTERS = 60_000
/** Agents of one tenant. */
export const MAX_AGENTS = 200
/** Versions of one agent that are kept, beside the published one: the oldest go first. */
export const KEPT_VERSIONS = 100
/** Texts that one person tries at a time: the oldest go first. */
export const MAX_TRIALS = 10

export interface AgentStore {
  /**
   * The number of the new version. @throws ParleyError `conflict` where another version was saved since `base`;
   * `too_large` where the tenant has no room for another agent
   */
  save(draft: AgentDraft): Promise<number>
  /** Those that have a version, by name. */
  list(tenant: string): Promise<readonly StoredAgent[]>
  /** Undefined where there is none. */
  find(key: AgentKey): Promise<StoredAgent | undefined>
  /** The newest first. */
  history(key: AgentKey): Promise<readonly AgentVersion[]>
  /** The text of a version; undefined where there is none. */
  read(key: VersionKey): Promise<string | undefined>
  /** What is in force, by name. */
  published(tenant: string): Promise<readonly PublishedAgent[]>
  /** @throws ParleyError `not_found` for a version that is none; `conflict` where another is in force than `instead` */
  publish(publishing: Publishing): Promise<void>
  /** Deletes every version. @throws ParleyError `not_found`; `conflict` while one is published */
  forget(key: AgentKey): Promise<void>
  keepTrial(trial: AgentTrial): Promise<void>
  /** Undefined where there is none, where it is over, and for anybody else. */
  trial(
    key: Pick<AgentTrial, 'handle' | 'tenant' | 'subject'>,
  ): Promise<Pick<AgentTrial, 'agent' | 'yaml'> | undefined>
}
