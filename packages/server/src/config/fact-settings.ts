import { list, url } from './kinds.js'
import { optional, setting } from './setting.js'

const sources = ['crypto', 'news']

/** Facts of the agent that is assembled from settings; agents with a file name theirs there. */
export const factSettings = {
  facts: setting({
    env: 'PARLEY_FACTS',
    aliases: ['STREAM_FACTS'],
    kind: list('a comma-separated list of crypto, news', 'crypto,news', name => sources.includes(name)),
    default: [],
    doc: 'Facts that the assembled agent looks up while the caller speaks: prices of cryptocurrencies, and `PARLEY_NEWS_FEEDS`. See docs/context.md.',
  }),
  newsFeeds: setting({
    env: 'PARLEY_NEWS_FEEDS',
    aliases: ['STREAM_NEWS_FEEDS'],
    kind: list(
      'a comma-separated list of addresses that begin with https:// or http://',
      'https://news.example/rss',
      address => /^https?:\/\/\S+$/.test(address) && URL.canParse(address),
    ),
    default: [],
    doc: 'Feeds (RSS, Atom, JSON Feed) from which `news` of `PARLEY_FACTS` is told, 20 at most.',
  }),
  coingeckoBaseUrl: optional({
    env: 'COINGECKO_BASE_URL',
    kind: url(['https', 'http'], 'https://api.coingecko.com/api/v3'),
    unset: 'CoinGecko',
    doc: 'Where `crypto` of `PARLEY_FACTS` asks for prices: a server that answers `/simple/price` as CoinGecko does.',
  }),
}
