/**
 * Agents that come while the gateway runs and go again: put together as those of the start are, with what all agents
 * share, and closed with everything that is theirs alone.
 */

import type { Clock, SecretOf } from '@parley/core'
import type { Agent, Tool } from '@parley/engines'
import { type AssembledAgent, assembleAgent } from './assemble-agent.js'
import type { ProviderShelf, UnreadyProvider } from './assemble-providers.js'
import type { AssemblyParts } from './assembly-parts.js'
import type { EmbeddedSpeech } from './embedded-speech.js'
import type { ProviderLife } from './provider-life.js'

export interface AdmittedWorld {
  readonly fetch: typeof fetch
  readonly secretOf: SecretOf
  /** For an agent that names it, though none of the start did. */
  readonly speech: EmbeddedSpeech
  /** What its model may do beside the tools of its text. */
  readonly moreTools?: readonly Tool[]
}

export interface AdmittedAgent {
  readonly assembled: AssembledAgent
  /** Connects; resolves with what could not be, at the latest after `WARM_MS`. Never rejects. */
  warm(): Promise<readonly UnreadyProvider[]>
  close(): Promise<void>
}

/** How long connections are waited for; they go on being made behind it. */
const WARM_MS = 3_000

export function admission(
  parts: AssemblyParts,
): (agent: Agent, world: AdmittedWorld) => Promise<AdmittedAgent> {
  return async (agent, { fetch, secretOf, speech, moreTools }) => {
    const kept: ProviderLife[] = []
    const warmers: (() => Promise<void>)[] = []
    const shelf = parts.shelf.branch()
    const close = async () => {
      await Promise.allSettled(kept.map(provider => provider.close?.()))
      await shelf.close()
    }
    try {
      const assembled = await assembleAgent(agent, {
        ...parts,
        ...{ speech, shelf, tools: { ...parts.tools, fetch, secretOf }, toolboxes: new Map() },
        ...(moreTools === undefined ? {} : { moreTools }),
        keep(provider) {
          kept.push(provider)
          return provider
        },
        warmLater: run => void warmers.push(run),
      })
      return {
        assembled,
        warm() {
          for (const run of warmers) void run()
          return warmWithin(shelf, parts.clock)
        },
        close,
      }
    } catch (error) {
      await close()
      throw error
    }
  }
}

/** What could not be made ready, or nothing where that takes longer; `told` is told of it in any case. */
export async function warmWithin(
  shelf: ProviderShelf,
  clock: Clock,
  told?: (unready: readonly UnreadyProvider[]) => void,
): Promise<readonly UnreadyProvider[]> {
  const warming = shelf.warm()
  void warming.then(told)
  return new Promise(resolve => {
    const cancel = clock.after(WARM_MS, () => resolve([]))
    void warming.then(found => {
      cancel()
      resolve(found)
    })
  })
}
