/** How this node is: asked every few seconds; what was there stays until the next answer. */
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { pathTo } from '../route.js'
import { Chip } from '../ui/chip.js'
import { PageFrame } from '../ui/page-frame.js'
import { useKept } from '../ui/use-kept.js'
import { Dependencies } from './dependencies.js'
import { Findings } from './findings-list.js'
import { Limits } from './limits.js'
import { Load } from './load.js'
import { Providers } from './providers.js'
import { Settings } from './settings.js'
import type { Status } from './status-types.js'
import { Targets } from './targets.js'
import { words as table } from './words.js'
import './health.css'

const refreshMs = 4_000

export function HealthPage({ session }: PageProps) {
  const words = usePageWords(table)
  const { navigation } = useLanguage().messages
  const { value: status, loaded, reload } = useKept<Status>('/api/status', session.token(), refreshMs)
  const refused = loaded.kind === 'unauthenticated' || loaded.kind === 'forbidden'
  const silent = loaded.kind === 'unreachable' || loaded.kind === 'missing'
  return (
    <PageFrame
      title={words.heading}
      lead={words.lead}
      actions={
        <a className="button" href={pathTo('check')}>
          {navigation.pages.check}
        </a>
      }
    >
      {loaded.kind !== 'here' && (status === undefined || refused) && (
        <NotHere loaded={loaded} session={session} retry={reload} />
      )}
      {status && !refused && (
        <div className="health">
          <Node status={status} silent={silent} />
          <Findings status={status} />
          <div className="health-grid">
            <Dependencies status={status} />
            {status.operation && (
              <>
                <Limits limits={status.operation.limits} />
                <Load operation={status.operation} />
                <Targets latency={status.operation.latency} />
                <Providers providers={status.operation.providers} atMs={status.node.atMs} />
              </>
            )}
          </div>
          {status.operation && <Settings settings={status.operation.settings} />}
          <section className="health-part">
            <h3>{words.you}</h3>
            <dl className="health-facts">
              <div>
                <dt>{words.tenant}</dt>
                <dd>{status.tenant}</dd>
              </div>
              <div>
                <dt>{words.scopes}</dt>
                <dd>{status.scopes.join(', ')}</dd>
              </div>
            </dl>
            {status.operation === null && <p className="hint">{words.notAdmin}</p>}
          </section>
        </div>
      )}
    </PageFrame>
  )
}

function Node({ status, silent }: { readonly status: Status; readonly silent: boolean }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { node, ready, operation } = status
  return (
    <section className="health-node" aria-label={words.node}>
      <p className="health-ready" data-ready={ready && !silent}>
        <span className="health-dot" aria-hidden="true" />
        {ready ? words.ready : words.notReady}
        {silent && <Chip tone="bad" text={words.stale} />}
      </p>
      <dl>
        <div>
          <dt>{words.node}</dt>
          <dd>{node.name}</dd>
        </div>
        <div>
          <dt>{words.version}</dt>
          <dd>
            Parley {node.version} · {node.runtime}
          </dd>
        </div>
        <div>
          <dt>{words.uptime}</dt>
          <dd>{longLength(node.atMs - node.startedAtMs, language)}</dd>
        </div>
        {operation && (
          <div>
            <dt>{words.sessions}</dt>
            <dd>{operation.sessions}</dd>
          </div>
        )}
      </dl>
      {node.shared && <p className="hint">{words.oneNode}</p>}
    </section>
  )
}

/** The two largest units of a length of time. */
export function longLength(ms: number, language: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3_600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  const shown = parts.slice(first === -1 ? 3 : first, first === -1 ? 4 : first + 2)
  return shown
    .map(([count, unit]) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count),
    )
    .join(' ')
}
