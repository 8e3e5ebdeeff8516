import { describe, expect, it } from 'vitest'
import { contextConfigSchema } from './context-config.js'
import { contextFromConfig, sourcesFromConfig } from './context-from-config.js'
import { json, openLoopback, signal, testWorld } from './loopback.test-kit.js'

const server = await openLoopback(json({ bitcoin: { usd: 5, last_updated_at: 1 } }))

describe('context from configuration', () => {
  it('has defaults for every kind, and takes a list alone', () => {
    const config = contextConfigSchema.parse([
      { kind: 'crypto' },
      { kind: 'weather' },
      { kind: 'news', feeds: ['https://news.example/rss'] },
      { kind: 'http', name: 'stock', when: ['stock'], url: 'https://shop.example/stock' },
      { kind: 'sql', name: 'orders', when: ['orders'], query: 'select 1' },
      { kind: 'documents', folder: '.' },
    ])
    expect(config.budgetMs).toBe(300)
    const { world } = testWorld({ query: async () => [] })
    expect(sourcesFromConfig(config.sources, world).map(({ name }) => name)).toEqual([
      ...['crypto', 'weather', 'news', 'stock', 'orders', 'documents'],
    ])
  })

  it('makes enrichers that work, and none without a source', async () => {
    const { world, clock } = testWorld()
    const config = contextConfigSchema.parse({ sources: [{ kind: 'crypto', baseUrl: server.url }] })
    const enricher = contextFromConfig(config, world)?.forCall({ language: 'en', clock, warn: () => {} })
    const enriched = await enricher?.enrich('what is bitcoin at', signal())
    expect(enriched?.facts[0]?.text).toBe('The price of one Bitcoin is 5.00 USD.')
    expect(contextFromConfig(contextConfigSchema.parse({}), world)).toBeUndefined()
  })

  it('names the place of a mistake', () => {
    const { world } = testWorld()
    const twice = contextConfigSchema.parse([{ kind: 'crypto' }, { kind: 'crypto' }])
    expect(() => sourcesFromConfig(twice.sources, world)).toThrow(
      'context.sources[1]: the name "crypto" is taken',
    )
    const secret = contextConfigSchema.parse([{ kind: 'crypto', headers: { key: `\${NOT_SET}` } }])
    expect(() => sourcesFromConfig(secret.sources, world)).toThrow('context.sources[0]: The variable NOT_SET')
    const wrong = contextConfigSchema.safeParse({ sources: [{ kind: 'weather', placce: 'Madrid' }] })
    expect(wrong.error?.issues[0]?.path).toEqual(['sources', 0])
  })
})
