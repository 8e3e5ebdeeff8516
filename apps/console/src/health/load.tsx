/** What the process takes, and what waits or was lost. */
import { usePageWords } from '../i18n/language.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Meter } from './meter.js'
import type { Operation } from './status-types.js'
import { words as table } from './words.js'

export function Load({ operation: { host, queues, store } }: { readonly operation: Operation }) {
  const words = usePageWords(table)
  const { count, decimal, share, ms, bytes } = useNumbers()
  const memory = `${bytes(host.residentBytes)} · ${words.ofLimit(share(host.residentBytes / host.memoryBytes), bytes(host.memoryBytes))}`
  return (
    <section className="health-part">
      <h3>{words.load}</h3>
      <dl className="health-facts">
        <div>
          <dt>
            {words.cpu} <span className="hint">{words.ofCores(count(host.cores))}</span>
          </dt>
          <dd>
            {share(host.cpuShare)} <span className="hint">· {words.machineLoad(decimal(host.load1, 2))}</span>
          </dd>
          <Meter share={host.cpuShare} />
        </div>
        <div>
          <dt>{words.memory}</dt>
          <dd>
            {memory} <span className="hint">· {words.heap(bytes(host.heapBytes))}</span>
          </dd>
          <Meter share={host.residentBytes / host.memoryBytes} />
        </div>
        <div>
          <dt>{words.loop}</dt>
          <dd>
            {ms(host.eventLoopP99Ms)}{' '}
            <span className="hint">· {words.loopMost(ms(host.eventLoopMaxMs))}</span>
          </dd>
        </div>
        <div>
          <dt>{words.storeTook}</dt>
          <dd>{ms(store.tookMs)}</dd>
        </div>
        {queues.map(({ name, value, limit }) => (
          <div key={name}>
            <dt>{words.queues[name] ?? name}</dt>
            <dd>{limit === null ? count(value) : words.ofLimit(count(value), count(limit))}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
