/**
 * `context:` of an agent file, as shapes. `contextConfigSchema` is the whole of it; `contextFromConfig` makes sources.
 *
 * ```yaml
 * context:
 *   budgetMs: 300
 *   sources:
 *     - { kind: crypto, currency: eur }
 *     - { kind: weather, place: Madrid }
 *     - { kind: news, feeds: ['https://news.example/rss'] }
 *     - kind: http
 *       name: stock
 *       when: ['stock of (?<product>[\w-]+)', 'existencias de (?<product>[\w-]+)']
 *       url: https://shop.example/stock/{product}
 *       headers: { authorization: 'Bearer ${SHOP_KEY}' }
 *       text: '{product}: {count} in stock'
 *       pick: { count: /count }
 *     - kind: sql
 *       name: orders
 *       when: ['order (?<number>\d{4,10})']
 *       query: 'select status, due from orders where number = :number'
 *     - { kind: documents, name: handbook, folder: ./handbook }
 * ```
 */

import { placesIn, templateFault } from '@parley/core'
import { z } from 'zod'
import { isReadOnly, namedParameters } from './sources/named-parameters.js'

const sourceName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'small letters, digits, "_" and "-", at most 40')

const webAddress = z.url({ protocol: /^https?$/ }).transform(url => url.replace(/\/$/, ''))

/** A regular expression, read without regard to case; its named groups are arguments. */
const when = z.array(z.string().max(500).refine(isPattern, 'is no regular expression')).min(1)

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS

/** What every source has, with its own defaults. */
const timesOf = (defaults: { readonly refetchMs: number; readonly freshMs: number }) => ({
  /** A fact older than this is fetched anew, and used meanwhile. */
  refetchMs: z.number().positive().max(DAY_MS).default(defaults.refetchMs),
  /** A fact older than this is not told any more. */
  freshMs: z
    .number()
    .positive()
    .max(7 * DAY_MS)
    .default(defaults.freshMs),
  timeoutMs: z.number().positive().max(MINUTE_MS).default(5_000),
})

export const cryptoSourceSchema = z.strictObject({
  kind: z.literal('crypto'),
  name: sourceName.default('crypto'),
  ...timesOf({ refetchMs: 30_000, freshMs: 5 * MINUTE_MS }),
  /** A server that answers `/simple/price` as CoinGecko does. */
  baseUrl: webAddress.default('https://api.coingecko.com/api/v3'),
  /** `${NAME}` in a value for the secret in that variable. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Where the caller names none. */
  currency: z
    .string()
    .regex(/^[a-z]{3,4}$/)
    .default('usd'),
  /** Further coins, by the server's own id. */
  coins: z
    .record(
      z.string().regex(/^[a-z0-9-]+$/),
      z.strictObject({ title: z.string(), names: z.array(z.string()).min(1) }),
    )
    .default({}),
})

export const weatherSourceSchema = z.strictObject({
  kind: z.literal('weather'),
  name: sourceName.default('weather'),
  ...timesOf({ refetchMs: 10 * MINUTE_MS, freshMs: 60 * MINUTE_MS }),
  /** A server that answers `/forecast` as Open-Meteo does. */
  baseUrl: webAddress.default('https://api.open-meteo.com/v1'),
  /** The same for `/search`, from names to places. */
  placesUrl: webAddress.default('https://geocoding-api.open-meteo.com/v1'),
  /** Where the caller names none; without, such questions are not looked up. */
  place: z
    .union([
      z.string().min(1).max(80),
      z.strictObject({
        name: z.string().min(1).max(80),
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
      }),
    ])
    .optional(),
  units: z.enum(['metric', 'imperial']).default('metric'),
})

export const newsSourceSchema = z.strictObject({
  kind: z.literal('news'),
  name: sourceName.default('news'),
  ...timesOf({ refetchMs: 5 * MINUTE_MS, freshMs: 60 * MINUTE_MS }),
  /** RSS 2.0, Atom or JSON Feed. */
  feeds: z.array(webAddress).min(1).max(20),
  /** Words that ask for news, besides those of the language. */
  when: when.optional(),
  maxItems: z.int().positive().max(20).default(4),
  maxBytes: z.int().positive().default(1_000_000),
})

export const httpSourceSchema = z
  .strictObject({
    kind: z.literal('http'),
    name: sourceName,
    ...timesOf({ refetchMs: 30_000, freshMs: 5 * MINUTE_MS }),
    when,
    /** With `{argument}` anywhere behind the host. */
    url: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    /** What of a JSON answer is used: a JSON Pointer, or a name for each of several. */
    pick: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
    /** The fact, with `{argument}` and what is picked by name; all that is picked as JSON without. */
    text: z.string().max(1_000).optional(),
    /** Where the answer says as of when it holds, as a JSON Pointer: a date, or seconds or ms since 1970. */
    asOf: z.string().optional(),
    hosts: z.array(z.string()).default([]),
    privateRedirects: z.boolean().default(false),
    maxBytes: z.int().positive().default(200_000),
  })
  .superRefine(({ url, when, text, pick }, context) => {
    const fault = templateFault(url)
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['url'], message: fault })
    const groups = groupsIn(when)
    const picked = typeof pick === 'object' ? Object.keys(pick) : []
    for (const name of placesIn(url))
      if (!groups.has(name))
        context.addIssue({ code: 'custom', path: ['url'], message: `no "when" has a group "${name}"` })
    for (const name of placesIn(text ?? ''))
      if (!groups.has(name) && !picked.includes(name))
        context.addIssue({ code: 'custom', path: ['text'], message: `"${name}" is neither group nor picked` })
  })

export const sqlSourceSchema = z
  .strictObject({
    kind: z.literal('sql'),
    name: sourceName,
    ...timesOf({ refetchMs: 10_000, freshMs: MINUTE_MS }),
    when,
    /** One reading statement with `:argument`s. */
    query: z.string(),
    /** A fact for each row, with `{argument}` and `{column}`; all columns without. */
    text: z.string().max(1_000).optional(),
    maxRows: z.int().positive().max(50).default(5),
  })
  .superRefine(({ query, when }, context) => {
    if (!isReadOnly(query))
      context.addIssue({ code: 'custom', path: ['query'], message: 'is not one select' })
    const groups = groupsIn(when)
    for (const name of namedParameters(query).names)
      if (!groups.has(name))
        context.addIssue({ code: 'custom', path: ['query'], message: `no "when" has a group "${name}"` })
  })

export const documentsSourceSchema = z.strictObject({
  kind: z.literal('documents'),
  name: sourceName.default('documents'),
  ...timesOf({ refetchMs: 60 * MINUTE_MS, freshMs: DAY_MS }),
  /** Markdown, text and HTML in it and below; relative to the agent file. */
  folder: z.string().min(1),
  /** How often the folder is looked at for changes, ms. */
  rescanMs: z.number().positive().default(10_000),
  maxSnippets: z.int().positive().max(10).default(3),
})

export const sourceConfigSchema = z.discriminatedUnion('kind', [
  cryptoSourceSchema,
  weatherSourceSchema,
  newsSourceSchema,
  httpSourceSchema,
  sqlSourceSchema,
  documentsSourceSchema,
])

/** The list of sources alone will do. */
export const contextConfigSchema = z.preprocess(
  given => (Array.isArray(given) ? { sources: given } : given),
  z.strictObject({
    /** Longest wait of an answer for its facts, ms. */
    budgetMs: z.number().min(0).max(5_000).default(300),
    sources: z.array(sourceConfigSchema).default([]),
  }),
)

export type CryptoSourceConfig = z.output<typeof cryptoSourceSchema>
export type WeatherSourceConfig = z.output<typeof weatherSourceSchema>
export type NewsSourceConfig = z.output<typeof newsSourceSchema>
export type HttpSourceConfig = z.output<typeof httpSourceSchema>
export type SqlSourceConfig = z.output<typeof sqlSourceSchema>
export type DocumentsSourceConfig = z.output<typeof documentsSourceSchema>
export type SourceConfig = z.output<typeof sourceConfigSchema>
export type ContextConfig = z.output<typeof contextConfigSchema>

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu')
    return true
  } catch {
    return false
  }
}

function groupsIn(patterns: readonly string[]): ReadonlySet<string> {
  return new Set(
    patterns.flatMap(pattern => [...pattern.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name]) => name ?? '')),
  )
}
