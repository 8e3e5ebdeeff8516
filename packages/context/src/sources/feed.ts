/**
 * Feeds of news as items: RSS 2.0 (and 1.0), Atom and JSON Feed. XML is read without document types and without any
 * entity but the five of XML and character numbers, so that no feed can swell or reach for files.
 */

import { XMLParser } from 'fast-xml-parser'
import { plainText, withEntities } from './plain-text.js'

export interface FeedItem {
  readonly title: string
  readonly summary: string
  /** When it was published, ms since the epoch; undefined where the feed does not say. */
  readonly atMs: number | undefined
}

export interface Feed {
  readonly title: string
  readonly items: readonly FeedItem[]
}

/** Items of one feed that are read. */
const MAX_ITEMS = 100
const MAX_SUMMARY = 300
/** Characters of a text, markup and all, that are looked at. */
const MAX_TEXT = 20_000

/** @throws Error if it is none of the three. */
export function parseFeed(text: string): Feed {
  const start = text.replace(/^\ufeff/, '').trimStart()
  return start.startsWith('{') ? jsonFeed(JSON.parse(start)) : xmlFeed(start)
}

const parser = new XMLParser({
  ignoreAttributes: true,
  processEntities: false,
  parseTagValue: false,
  removeNSPrefix: false,
  trimValues: true,
  cdataPropName: '#cdata',
  stopNodes: ['*.content:encoded'],
  maxNestedTags: 40,
})

function xmlFeed(text: string): Feed {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Error('a feed with a document type')
  if (!text.startsWith('<')) throw new Error('no feed')
  const root: unknown = parser.parse(text)
  const channel = at(root, 'rss', 'channel') ?? at(root, 'rdf:RDF')
  if (channel !== undefined) {
    const items = at(channel, 'item')
    const title = at(channel, 'title') ?? at(channel, 'channel', 'title')
    return feedOf(title, items, { summary: 'description', dates: ['pubDate', 'dc:date'] })
  }
  const atom = at(root, 'feed')
  if (atom === undefined) throw new Error('neither RSS nor Atom')
  return feedOf(at(atom, 'title'), at(atom, 'entry'), { summary: 'summary', dates: ['published', 'updated'] })
}

function jsonFeed(root: unknown): Feed {
  const items = at(root, 'items')
  if (!Array.isArray(items)) throw new Error('no JSON Feed')
  const fields = items.slice(0, MAX_ITEMS).map((item: unknown) => {
    const html = at(item, 'content_html')
    const summary = at(item, 'summary') ?? at(item, 'content_text') ?? html
    return itemOf(at(item, 'title'), summary, at(item, 'date_published'))
  })
  return { title: inText(at(root, 'title')), items: fields.filter(({ title }) => title !== '') }
}

interface Fields {
  readonly summary: string
  readonly dates: readonly string[]
}

function feedOf(title: unknown, items: unknown, { summary, dates }: Fields): Feed {
  const list = items === undefined ? [] : [items].flat(1)
  const read = list.slice(0, MAX_ITEMS).map(item => {
    const date = dates.map(name => at(item, name)).find(value => value !== undefined)
    return itemOf(at(item, 'title'), at(item, summary), date)
  })
  return { title: inText(title), items: read.filter(each => each.title !== '') }
}

function itemOf(title: unknown, summary: unknown, date: unknown): FeedItem {
  const atMs = Date.parse(inText(date))
  const text = inText(summary)
  return {
    title: inText(title).slice(0, MAX_SUMMARY),
    summary: text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY)}…` : text,
    atMs: Number.isNaN(atMs) ? undefined : atMs,
  }
}

/** The text of a node, text or CDATA or both: XML's entities are read first, then what they say in HTML. */
function inText(node: unknown): string {
  if (Array.isArray(node)) return inText(node[0])
  if (typeof node === 'string') return plainText(withEntities(node.slice(0, MAX_TEXT)))
  const parts = [at(node, '#text'), at(node, '#cdata')].flat().filter(part => typeof part === 'string')
  return plainText(withEntities(parts.join(' ').slice(0, MAX_TEXT)))
}

function at(node: unknown, ...path: readonly string[]): unknown {
  let here = node
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    here = (here as Readonly<Record<string, unknown>>)[key]
  }
  return here
}
