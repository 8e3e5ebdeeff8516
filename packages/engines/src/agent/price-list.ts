/**
 * What vendors charge, as the operator has it from their price lists: a YAML or JSON file.
 *
 *     currency: USD
 *     deepgram: { stt: { "*": { perMinute: 0.01 } } }
 *     anthropic: { llm: { some-model: { perMillionInput: 1, perMillionOutput: 5, perMillionCached: 0.1 } } }
 *     cartesia: { tts: { "*": { perMillionCharacters: 30 } } }
 */

import type { Used } from '@parley/core'
import { z } from 'zod'
import { readYaml } from '../scripted/read-yaml.js'
import { addIssue } from '../scripted/shape-issues.js'
import { type AgentSlot, agentSlots } from './agent.js'

export interface Priced {
  readonly slot: AgentSlot
  readonly provider: string
  /** Undefined where the provider has no model of that name. */
  readonly model: string | undefined
}

export interface PriceList {
  readonly currency: string
  /**
   * In `currency`; undefined where the file has no price for it. Models may be priced by the minute or by tokens: one of
   * both is enough, but tokens that were used both ways have both prices (`0` is one) or none.
   */
  cost(what: Priced, used: Used): number | undefined
}

const price = z.number().min(0, 'must not be below 0').exactOptional()
const priceShape = {
  perMinute: price,
  perMillionCharacters: price,
  perMillionInput: price,
  perMillionOutput: price,
  perMillionCached: price,
}
const models = z.record(z.string(), z.strictObject(priceShape))
const vendor = z.strictObject({
  stt: models.optional(),
  llm: models.optional(),
  tts: models.optional(),
  realtime: models.optional(),
  live: models.optional(),
})
const file = z
  // What carriers charge is read by those who call.
  .object({ currency: z.string().min(1).default('USD'), carriers: z.unknown().optional() })
  .catchall(vendor)

type Price = z.output<typeof models>[string]

/** `fileName` is only for messages. Throws `bad_agent` naming every mistake by line and column. */
export function parsePriceList(yamlText: string, fileName: string): PriceList {
  const { data, problems } = readYaml(yamlText, fileName)
  const parsed = file.safeParse(data ?? {})
  for (const issue of parsed.error?.issues ?? [])
    addIssue(issue, { data, problems }, path => (path.length < 2 ? agentSlots : Object.keys(priceShape)))
  problems.throwIfAny()
  const { currency = 'USD', ...vendors } = parsed.data ?? {}
  return {
    currency,
    cost({ slot, provider, model }, used) {
      const byModel = (vendors as Readonly<Record<string, z.output<typeof vendor>>>)[provider]?.[slot]
      const found = (model === undefined ? undefined : byModel?.[model]) ?? byModel?.['*']
      return found === undefined ? undefined : costOf(found, used)
    },
  }
}

function costOf(price: Price, used: Used): number | undefined {
  const { audioMs = 0, characters = 0, inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = used
  if (!isPriced(price, used)) return undefined
  const { perMinute = 0, perMillionCharacters = 0, perMillionInput = 0, perMillionOutput = 0 } = price
  const { perMillionCached = perMillionInput } = price
  const tokens =
    (inputTokens - cachedTokens) * perMillionInput +
    cachedTokens * perMillionCached +
    outputTokens * perMillionOutput
  return (audioMs / 60_000) * perMinute + (characters * perMillionCharacters + tokens) / 1_000_000
}

/** What has no price was not free. */
function isPriced(price: Price, used: Used): boolean {
  const { audioMs = 0, characters = 0, inputTokens = 0, outputTokens = 0 } = used
  const tokensPriced =
    (inputTokens === 0 || price.perMillionInput !== undefined) &&
    (outputTokens === 0 || price.perMillionOutput !== undefined)
  const kinds = [
    audioMs > 0 && price.perMinute !== undefined,
    characters > 0 && price.perMillionCharacters !== undefined,
    inputTokens + outputTokens > 0 && tokensPriced,
  ]
  return kinds.includes(true) || audioMs + characters + inputTokens + outputTokens === 0
}
