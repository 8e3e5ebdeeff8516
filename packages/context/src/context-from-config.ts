import { ParleyError } from '@parley/core'
import type { ContextConfig, SourceConfig } from './context-config.js'
import { createEnricher, type EnricherMaker } from './create-enricher.js'
import type { LookupsOptions } from './lookups.js'
import type { TimedSource } from './source.js'
import { cryptoSource } from './sources/crypto.js'
import { documentsSource } from './sources/documents.js'
import { httpSource } from './sources/http.js'
import { newsSource } from './sources/news.js'
import type { SourceWorld } from './sources/source-world.js'
import { sqlSource } from './sources/sql.js'
import { weatherSource } from './sources/weather.js'

/**
 * Sources as configured, in their order. @throws ParleyError `bad_config` whose message begins with the place, as in
 * `context.sources[2]`.
 */
export function sourcesFromConfig(
  sources: readonly SourceConfig[],
  world: SourceWorld,
): readonly TimedSource[] {
  const names = new Set<string>()
  return sources.map((source, at) => {
    const place = `context.sources[${at}]`
    if (names.has(source.name))
      throw new ParleyError(
        'bad_config',
        `${place}: the name "${source.name}" is taken; give one of them another.`,
      )
    names.add(source.name)
    try {
      return sourceOf(source, world)
    } catch (error) {
      const { code, message } = ParleyError.from(error, 'bad_config')
      throw new ParleyError(code, `${place}: ${message}`, { cause: error })
    }
  })
}

export interface ContextWorld extends SourceWorld, Pick<LookupsOptions, 'store'> {}

/** Enrichers for conversations, or undefined where no source is configured. @throws as `sourcesFromConfig`. */
export function contextFromConfig(
  { sources, budgetMs }: ContextConfig,
  world: ContextWorld,
): EnricherMaker | undefined {
  if (sources.length === 0) return undefined
  const { clock, epochMs, store } = world
  return createEnricher({
    sources: sourcesFromConfig(sources, world),
    budgetMs,
    clock,
    epochMs,
    ...(store === undefined ? {} : { store }),
  })
}

function sourceOf(source: SourceConfig, world: SourceWorld): TimedSource {
  switch (source.kind) {
    case 'crypto':
      return cryptoSource(source, world)
    case 'weather':
      return weatherSource(source, world)
    case 'news':
      return newsSource(source, world)
    case 'http':
      return httpSource(source, world)
    case 'sql':
      return sqlSource(source, world)
    case 'documents':
      return documentsSource(source, world)
    default:
      return source satisfies never
  }
}
