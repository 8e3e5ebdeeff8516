/** Prices of cryptocurrencies, from a server that answers `/simple/price` as CoinGecko's API does. */

import { type Fact, fillHeaders, type Json } from '@parley/core'
import { z } from 'zod'
import type { CryptoSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { fold, wordMatcher } from '../words.js'
import { type Coin, currencyWords, coins as knownCoins, priceWords } from './coins.js'
import { fetchJson, garbage } from './fetch-json.js'
import type { SourceWorld } from './source-world.js'

/** Coins of one question. */
const MAX_COINS = 5

const quoteSchema = z.record(z.string(), z.number().nullable())
const answerSchema = z.record(z.string(), quoteSchema)

/** @throws ParleyError `bad_config` naming a variable that is not set. */
export function cryptoSource(config: CryptoSourceConfig, world: SourceWorld): TimedSource {
  const { name, baseUrl, refetchMs, freshMs, timeoutMs } = config
  const coins: Readonly<Record<string, Coin>> = { ...knownCoins, ...config.coins }
  const headers = fillHeaders(config.headers, world.secretOf)
  const asksPrice = wordMatcher(priceWords)
  const matchers = Object.entries(coins).map(([id, { names, also = [] }]) => ({
    id,
    isNamed: wordMatcher(names),
    mayBeNamed: wordMatcher(also),
  }))
  const currencies = Object.entries(currencyWords).map(([id, words]) => ({ id, isNamed: wordMatcher(words) }))

  function factsIn(json: Json, ids: readonly string[], currency: string): readonly Fact[] {
    const parsed = answerSchema.safeParse(json)
    if (!parsed.success) throw garbage(name, parsed.error)
    return ids.flatMap(id => {
      const quote = parsed.data[id]
      const price = quote?.[currency]
      if (typeof price !== 'number') return []
      const change = quote?.[`${currency}_24h_change`]
      const asOf = quote?.last_updated_at
      const moved = typeof change === 'number' ? ` (${signed(change)} % in 24 hours)` : ''
      const text = `The price of one ${coins[id]?.title ?? id} is ${money(price)} ${currency.toUpperCase()}${moved}.`
      return [{ source: name, text, asOfMs: typeof asOf === 'number' ? asOf * 1000 : world.epochMs() }]
    })
  }

  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    wants(text) {
      const folded = fold(text)
      const priced = asksPrice(folded)
      // "Bitcoin Cash" is not Bitcoin.
      const asked = folded.replace(/bitcoin cash/g, 'bch')
      const ids = matchers
        .filter(({ isNamed, mayBeNamed }) => isNamed(asked) || (priced && mayBeNamed(asked)))
        .map(({ id }) => id)
        .slice(0, MAX_COINS)
      if (ids.length === 0) return undefined
      const currency = currencies.find(({ isNamed }) => isNamed(folded))?.id ?? config.currency
      return `${ids.join(',')}|${currency}`
    },
    async fetch(key, signal) {
      const [ids = '', currency = config.currency] = key.split('|')
      const query = new URLSearchParams({
        ids,
        vs_currencies: currency,
        include_24hr_change: 'true',
        include_last_updated_at: 'true',
      })
      const url = `${baseUrl}/simple/price?${query}`
      const json = await fetchJson(world, { source: name, url, headers, timeoutMs }, signal)
      return factsIn(json, ids.split(','), currency)
    },
  }
}

/** Two decimals for what is worth something, four figures for what is not. */
function money(price: number): string {
  if (Math.abs(price) >= 1) return price.toFixed(2)
  return price === 0 ? '0' : price.toFixed(Math.min(12, 3 - Math.floor(Math.log10(Math.abs(price)))))
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)}`
}
