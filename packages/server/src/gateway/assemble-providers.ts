/**
 * Vendors' providers, each made once for every distinct configuration and shared by all sessions. What cannot serve
 * (no key, a missing package) is told here in one sentence, with the variable and the place in the agent's file.
 */

import { randomUUID } from 'node:crypto'
import {
  type Clock,
  defined,
  type FullDuplexModel,
  type LanguageModel,
  ParleyError,
  type SpeechToSpeech,
  type SpeechToText,
  type TextToSpeech,
  type UsedBy,
} from '@parley/core'
import type { AgentSlot, ProviderEntry } from '@parley/engines'
import { openSocket, type Slot, type Vendor, type VendorContext } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { vendorFacts } from './assemble-keys.js'
import type { SharedParts } from './assemble-shared.js'
import { keyPool, type VendorKeys } from './assemble-wrappers.js'
import { meterLive } from './meter-live.js'
import { meterModel, meterRecogniser, meterVoice, type ProviderWatcher } from './meter-providers.js'
import { meterRealtime } from './meter-realtime.js'
import { missingKey } from './missing-key.js'

export interface ProviderKinds {
  readonly stt: SpeechToText
  readonly llm: LanguageModel
  readonly tts: TextToSpeech
  readonly realtime: SpeechToSpeech
  readonly live: FullDuplexModel
}

export interface ProviderShelf {
  /** @throws ParleyError `bad_config` or `provider_missing`: one sentence that names what to set or to install */
  get<Kind extends AgentSlot>(slot: Kind, entry: ProviderEntry): ProviderKinds[Kind]
  /** Vendors of which something was made. */
  readonly used: ReadonlySet<Vendor>
  /** Whether a vendor, by name, has several keys, of which one may be used now. */
  hasOtherKey(vendor: string): boolean
  /** Makes everything ready; resolves with what could not be. Never rejects. */
  warm(): Promise<readonly UnreadyProvider[]>
  /** A shelf of its own for agents that come and go: what both have is one, what nobody has any more is closed. */
  branch(): ProviderShelf
  close(): Promise<void>
}

export interface UnreadyProvider {
  readonly slot: AgentSlot
  /** The vendor's name in the registry. */
  readonly provider: string
  readonly error: ParleyError
}

interface Standing {
  readonly slot: AgentSlot
  readonly vendor: string
  readonly provider: ProviderKinds[AgentSlot]
  /** Shelves that have it. */
  readonly holders: Set<object>
}

export interface ShelfOptions {
  readonly random: () => number
  readonly shared: Pick<SharedParts, 'keyNews'>
  readonly vendors: readonly Vendor[]
  readonly config: Config
  readonly clock: Clock
  readonly epochMs: () => number
  /** Watches one provider. `model` is undefined where it has none. */
  watcher(slot: AgentSlot, provider: string, model: string | undefined): ProviderWatcher
  /** A fault of a vendor that no conversation is there to report. */
  warn(vendor: string, error: ParleyError): void
}

export function createProviderShelf(options: ShelfOptions): ProviderShelf {
  const made = new Map<string, Standing>()
  const contexts = new Map<Vendor, VendorContext>()
  const used = new Set<Vendor>()
  const pools = new Map<string, VendorKeys>()

  function contextOf(vendor: Vendor): VendorContext {
    const known = contexts.get(vendor)
    if (known !== undefined) return known
    const { keys, baseUrl } = vendorFacts(vendor, options.config)
    const pool = keyPool({ vendor: vendor.title, keys }, options)
    pools.set(vendor.name, pool)
    const context: VendorContext = {
      clock: options.clock,
      epochMs: options.epochMs,
      random: options.random,
      newId: randomUUID,
      baseUrl,
      keys: pool.source,
      fetch,
      openSocket,
      warn: error => options.warn(vendor.name, error),
    }
    contexts.set(vendor, context)
    return context
  }

  function make(slot: AgentSlot, entry: ProviderEntry, vendor: Vendor): ProviderKinds[AgentSlot] {
    const missing = missingKey(vendor, options.config, entry.options)
    if (missing !== undefined)
      throw new ParleyError('bad_config', `${entry.place}: ${vendor.title} needs a key; set ${missing}`)
    const metering = {
      name: vendor.name,
      clock: options.clock,
      watcher: paidBy(options.watcher(slot, vendor.name, modelOf(entry)), {
        ...{ slot, provider: vendor.name },
        ...defined({ model: modelOf(entry) }),
      }),
    }
    const context = contextOf(vendor)
    try {
      if (slot === 'stt') return meterRecogniser(create(vendor.stt, entry, context), metering)
      if (slot === 'tts') return meterVoice(create(vendor.tts, entry, context), metering)
      if (slot === 'realtime') return meterRealtime(create(vendor.realtime, entry, context), metering)
      if (slot === 'live') return meterLive(create(vendor.live, entry, context), metering)
      return meterModel(create(vendor.llm, entry, context), metering)
    } catch (error) {
      const { code, message, details } = ParleyError.from(error, 'bad_config')
      throw new ParleyError(code, `${entry.place}: ${message}`, { cause: error, details })
    }
  }

  function open(): ProviderShelf {
    const held = new Map<string, Standing>()
    return {
      used,
      hasOtherKey: vendor => pools.get(vendor)?.hasOther() === true,
      get<Kind extends AgentSlot>(slot: Kind, entry: ProviderEntry) {
        const vendor = options.vendors.find(({ name }) => name === entry.provider)
        if (vendor?.[slot] === undefined)
          throw new ParleyError('bad_config', `${entry.place}: there is no ${slot} "${entry.provider}"`)
        const name = nameOf(slot, entry)
        const standing = made.get(name) ?? {
          slot,
          vendor: vendor.name,
          provider: make(slot, entry, vendor),
          holders: new Set(),
        }
        made.set(name, standing)
        held.set(name, standing)
        standing.holders.add(held)
        used.add(vendor)
        return standing.provider as ProviderKinds[Kind]
      },
      async warm() {
        const unready: UnreadyProvider[] = []
        await Promise.all(
          [...held.values()].map(async ({ slot, vendor, provider }) => {
            try {
              if ('warm' in provider) await provider.warm?.()
            } catch (error) {
              unready.push({ slot, provider: vendor, error: ParleyError.from(error, 'provider_failed') })
            }
          }),
        )
        return unready
      },
      branch: open,
      async close() {
        const left = [...held].filter(([, { holders }]) => holders.delete(held) && holders.size === 0)
        held.clear()
        for (const [name] of left) made.delete(name)
        await Promise.allSettled(left.map(([, { provider }]) => provider.close?.()))
      },
    }
  }

  const first = open()
  return {
    ...first,
    async close() {
      await first.close()
      for (const pool of pools.values()) pool.close()
    },
  }
}

function create<Made>(
  slot: Slot<Made> | undefined,
  { options }: ProviderEntry,
  context: VendorContext,
): Made {
  if (slot === undefined) throw new ParleyError('internal')
  return slot.create(options, context)
}

/** Tells the conversation that it was for, too. */
function paidBy(watcher: ProviderWatcher, by: UsedBy): ProviderWatcher {
  return {
    ...watcher,
    used(what, account) {
      watcher.used(what)
      account?.used(by, what)
    },
    asked: (counted, account) => account?.asked(by, counted),
  }
}

function modelOf({ options }: ProviderEntry): string | undefined {
  return typeof options.model === 'string' ? options.model : undefined
}

/** What an entry comes to, whatever the order in which its options were written. */
export function nameOf(slot: AgentSlot, { provider, options }: ProviderEntry): string {
  return `${slot} ${provider} ${JSON.stringify(sorted(options))}`
}

function sorted(options: ProviderEntry['options']): object {
  return Object.fromEntries(Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1)))
}
