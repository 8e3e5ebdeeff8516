/** Headlines from feeds; one feed that fails leaves the others. */

import { ParleyError } from '@parley/core'
import type { NewsSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { fold, isSpanish, wordMatcher } from '../words.js'
import { type FeedItem, parseFeed } from './feed.js'
import { fetchText, garbage } from './fetch-json.js'
import type { SourceWorld } from './source-world.js'

const english = {
  asks: wordMatcher([
    'news',
    'headlines',
    'headline',
    'whats happening',
    "what's happening",
    'current events',
  ]),
  topic: /\b(?:news|headlines?)\s+(?:about|on|from|of|regarding)\s+(.{3,60})/,
}

const spanish = {
  asks: wordMatcher(['noticia', 'noticias', 'titulares', 'titular', 'actualidad', 'novedades']),
  topic: /\b(?:noticias?|titulares|novedades|actualidad)\s+(?:sobre|de|del|acerca de)\s+(.{3,60})/,
}

const light = new Set(
  'the a an of in on at for please today now latest me is are el la los las un una de del en hoy ahora por favor ultimas'.split(
    ' ',
  ),
)

/** Words of a topic that count. */
const MAX_TOPIC_WORDS = 4

export function newsSource(config: NewsSourceConfig, world: SourceWorld): TimedSource {
  const { name, feeds, refetchMs, freshMs, timeoutMs, maxItems, maxBytes } = config
  const own = (config.when ?? []).map(pattern => new RegExp(pattern, 'iu'))

  async function itemsOf(url: string, signal: AbortSignal): Promise<readonly Dated[]> {
    const { text } = await fetchText(world, { source: name, url, timeoutMs, maxBytes }, signal)
    try {
      const feed = parseFeed(text)
      return feed.items.map(item => ({ ...item, feed: feed.title }))
    } catch (error) {
      throw garbage(name, error)
    }
  }

  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    wants(text, language) {
      const folded = fold(text)
      const words = isSpanish(language) ? spanish : english
      if (!words.asks(folded) && !own.some(pattern => pattern.test(text))) return undefined
      const topic = words.topic.exec(folded)?.[1] ?? ''
      const kept = topic.split(' ').filter(word => word.length > 1 && !light.has(word))
      return kept.slice(0, MAX_TOPIC_WORDS).join(' ')
    },
    async fetch(key, signal) {
      const read = await Promise.allSettled(feeds.map(url => itemsOf(url, signal)))
      const items = read.flatMap(each => (each.status === 'fulfilled' ? each.value : []))
      const failed = read.find(each => each.status === 'rejected')
      if (failed !== undefined && read.every(each => each.status === 'rejected'))
        throw ParleyError.from(failed.reason, 'context_failed')
      return chosen(items, key, maxItems).map(({ title, summary, feed, atMs }) => ({
        source: name,
        text: [feed === '' ? title : `${feed}: ${title}`, ...(summary === '' ? [] : [summary])].join('. '),
        asOfMs: Math.min(atMs ?? world.epochMs(), world.epochMs()),
      }))
    },
  }
}

interface Dated extends FeedItem {
  readonly feed: string
}

/** Of the topic if any are, newest first; each headline once. */
function chosen(items: readonly Dated[], topic: string, maxItems: number): readonly Dated[] {
  const words = topic === '' ? [] : topic.split(' ')
  const about = items.filter(item => {
    const folded = ` ${fold(`${item.title} ${item.summary}`)} `
    return words.some(word => folded.includes(` ${word}`))
  })
  const titles = new Set<string>()
  return [...(about.length > 0 ? about : items)]
    .sort((one, other) => (other.atMs ?? 0) - (one.atMs ?? 0))
    .filter(({ title }) => !titles.has(title) && titles.add(title))
    .slice(0, maxItems)
}
