/** Facts from any web service, as YAML defines it: when it is asked, where, and what of the answer is told. */

import {
  atPointer,
  type Fact,
  fillHeaders,
  fillText,
  fillUrl,
  type Json,
  type LookupValue,
  ParleyError,
  pickFrom,
} from '@parley/core'
import type { HttpSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { type Asked, askedBy, askedOf, keyOf } from './asked.js'
import { fetchText } from './fetch-json.js'
import type { SourceWorld } from './source-world.js'

/** Longest fact, in characters. */
const MAX_TEXT = 1_000

/** @throws ParleyError `bad_config` naming a variable that is not set. */
export function httpSource(config: HttpSourceConfig, world: SourceWorld): TimedSource {
  const { name, refetchMs, freshMs, timeoutMs, maxBytes, hosts, privateRedirects } = config
  const headers = {
    accept: 'application/json, text/plain;q=0.8',
    ...fillHeaders(config.headers, world.secretOf),
  }
  const asked = askedBy(config.when)

  function factsIn(body: string, words: Asked): readonly Fact[] {
    const json = parsed(body)
    if (json === undefined) {
      if (config.pick !== undefined)
        throw new ParleyError('context_failed', `The source "${name}" sent no JSON.`)
      return factOf(config.text === undefined ? body.trim() : fillText(config.text, words), world.epochMs())
    }
    const picked = pickFrom(json, config.pick)
    if (picked === undefined || picked === null) return []
    const text =
      config.text === undefined ? shown(picked) : fillText(config.text, { ...fieldsOf(picked), ...words })
    return factOf(text, asOfIn(json))
  }

  const factOf = (text: string, asOfMs: number): readonly Fact[] =>
    text === '' ? [] : [{ source: name, text: text.slice(0, MAX_TEXT), asOfMs }]

  function asOfIn(json: Json): number {
    const told = config.asOf === undefined ? undefined : atPointer(json, config.asOf)
    const atMs =
      typeof told === 'string' ? Date.parse(told) : typeof told === 'number' ? inMs(told) : Number.NaN
    return Number.isFinite(atMs) ? atMs : world.epochMs()
  }

  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    wants(text) {
      const words = asked(text)
      return words && keyOf(words)
    },
    async fetch(key, signal) {
      const words = askedOf(key)
      const url = fillUrl(config.url, words)
      const bounds = { timeoutMs, maxBytes, hosts, privateRedirects }
      const { text } = await fetchText(world, { source: name, url, headers, ...bounds }, signal)
      return factsIn(text, words)
    },
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fieldsOf(value: Json): Readonly<Record<string, LookupValue>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each as Json)]))
}

/** Seconds before the year 2286 have fewer figures than ms after 2001. */
function inMs(time: number): number {
  return time < 1e11 ? time * 1000 : time
}
