/** All live conversations that may be seen, counted by state; at most 200 are drawn. */
import { useEffect, useMemo } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import { FloorShape } from '../talk/floor-sign.js'
import { edgeName } from '../ui/edge-names.js'
import { Empty } from '../ui/empty.js'
import { useHashQuery } from '../ui/hash-query.js'
import { LiveCard } from './live-card.js'
import type { LiveFeed } from './live-feed.js'
import { countFloors, type LiveModel, listedRows } from './live-model.js'
import { words as table } from './words.js'

export const MOST_DRAWN = 200
const floors = ['user', 'pause', 'thinking', 'agent', 'overlap', 'open'] as const

interface LiveListProps {
  readonly feed: LiveFeed
  readonly model: LiveModel
}

export function LiveList({ feed, model }: LiveListProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const [{ agent = '', edge = '' }, setQuery] = useHashQuery()
  const all = useMemo(() => [...model.rows.values()], [model])
  const rows = useMemo(() => listedRows(model, { agent, edge }), [model, agent, edge])
  const drawn = rows.slice(0, MOST_DRAWN)
  useEffect(() => feed.focus(drawn.map(({ session }) => session)))
  const showsNode = useMemo(() => new Set(all.map(({ node }) => node)).size > 1, [all])
  if (model.rows.size === 0) return <Nobody />
  const choices = (of: 'agent' | 'edge', chosen: string) =>
    [...new Set([...all.map(row => row[of]), ...(chosen === '' ? [] : [chosen])])].sort()
  return (
    <>
      <div className="live-head">
        <Counts model={model} rows={rows} />
        <div className="live-filters">
          <label className="field">
            {words.filterAgent}
            <select value={agent} onChange={event => setQuery({ agent: event.target.value, edge })}>
              <option value="">{words.any}</option>
              {choices('agent', agent).map(name => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label className="field">
            {words.filterEdge}
            <select value={edge} onChange={event => setQuery({ agent, edge: event.target.value })}>
              <option value="">{words.any}</option>
              {choices('edge', edge).map(name => (
                <option key={name} value={name}>
                  {edgeName(name, language)}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      {rows.length === 0 && <p className="hint">{words.none}</p>}
      {drawn.length < rows.length && <p className="hint">{words.shown(drawn.length, rows.length)}</p>}
      <ol className="live-list" aria-label={words.list}>
        {drawn.map(row => (
          <li key={row.session}>
            <LiveCard
              row={row}
              feed={feed}
              aheadMs={model.aheadMs}
              targetMs={model.firstTokenTargetMs}
              showsNode={showsNode}
            />
          </li>
        ))}
      </ol>
    </>
  )
}

interface CountsProps {
  readonly model: LiveModel
  readonly rows: readonly (LiveModel['rows'] extends ReadonlyMap<string, infer Row> ? Row : never)[]
}

function Counts({ model, rows }: CountsProps) {
  const words = usePageWords(table)
  const counts = countFloors(rows)
  const total = rows.length === model.rows.size ? model.total : rows.length
  return (
    <div className="live-counts">
      <p className="live-total" role="status">
        {words.count(total)}
      </p>
      <ul>
        {floors.map(floor => (
          <li key={floor} className="live-floor" data-floor={floor} data-none={!counts.has(floor)}>
            <FloorShape floor={floor} />
            {words.floor[floor]} <strong>{counts.get(floor) ?? 0}</strong>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Nobody() {
  const words = usePageWords(table)
  return (
    <Empty title={words.emptyTitle}>
      <p>{words.emptyText}</p>
      <p className="live-ways">
        <a href={pathTo('talk')}>{words.emptyTalk}</a>
        <a href={pathTo('phone')}>{words.emptyPhone}</a>
      </p>
    </Empty>
  )
}
