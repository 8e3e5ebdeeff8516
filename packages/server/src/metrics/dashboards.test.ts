/** Dashboards and alert rules that ship ask for metrics that a gateway has. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProsodyMetrics } from '../prosody/prosody-metrics.js'
import { createSpeechMetrics } from '../speech/speech-metrics.js'
import { createCallMetrics } from './call-metrics.js'
import { createMetrics } from './metrics.js'

const deploy = fileURLToPath(new URL('../../../../deploy', import.meta.url))

function expressionsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(expressionsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'expr' && typeof inner === 'string' ? [inner] : expressionsOf(inner),
  )
}

const files = ['grafana', 'prometheus'].flatMap(folder =>
  readdirSync(join(deploy, folder)).map(name => join(deploy, folder, name)),
)

it.each(files)('%s asks for nothing that is not counted', async file => {
  const { registry } = createMetrics('0.0.0')
  createProsodyMetrics(registry)
  createCallMetrics(registry, () => 0)
  createSpeechMetrics(registry, { active: () => 0, cacheBytes: () => 0 })
  const known = new Set(registry.getMetricsAsArray().map(({ name }) => name))
  const expressions = expressionsOf(parse(readFileSync(file, 'utf8')))
  const asked = expressions.flatMap(text => text.match(/\b[a-z]+_[a-z_]+\b(?=\{|\[|\)|\s|$)/g) ?? [])
  const names = asked.filter(name => !['histogram_quantile', 'by', 'slow_reader'].includes(name))
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) expect(known, name).toContain(name.replace(/_(bucket|sum|count)$/, ''))
})
