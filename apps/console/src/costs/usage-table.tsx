/** What was used of each provider, and what it cost; what has no price, or nobody counted, is never shown as free. */
import { usePageWords } from '../i18n/language.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import type { CostSum, UsageLine } from './usage-types.js'
import { usedText } from './used-text.js'
import { words as table } from './words.js'

interface UsageTableProps<Line extends UsageLine> {
  readonly caption: string
  readonly lines: readonly Line[]
  readonly currency: string | null
  /** Columns before the others. */
  readonly before?: readonly Column<Line>[]
  readonly keyOf?: (line: Line) => string
}

export function UsageTable<Line extends UsageLine>(props: UsageTableProps<Line>) {
  const { caption, lines, currency, before = [], keyOf = () => '' } = props
  const words = usePageWords(table)
  const numbers = useNumbers()
  const { count, money } = numbers
  const columns: readonly Column<Line>[] = [
    ...before,
    { name: words.part, cell: ({ slot }) => words.slots[slot] },
    { name: words.provider, cell: ({ provider }) => provider },
    { name: words.model, cell: ({ model }) => model ?? '–' },
    { name: words.used, cell: ({ used }) => usedText(used, numbers, words) },
    {
      name: words.requests,
      cell: ({ requests, uncounted }) =>
        uncounted > 0 ? `${count(requests)} (${words.notTold(count(uncounted))})` : count(requests),
      figures: true,
    },
  ]
  const costs: readonly Column<Line>[] = [
    { name: words.cost, cell: ({ cost }) => money(cost, currency ?? ''), figures: true },
    { name: words.wasted, cell: ({ wastedCost }) => money(wastedCost, currency ?? ''), figures: true },
  ]
  return (
    <DataTable
      caption={caption}
      rows={lines}
      keyOf={line => `${keyOf(line)} ${line.slot} ${line.provider} ${line.model}`}
      columns={currency === null ? columns : [...columns, ...costs]}
    />
  )
}

/** The same for one conversation, where there is no room for columns. */
export function UsageList({
  lines,
  currency,
}: {
  readonly lines: readonly UsageLine[]
  readonly currency: string | null
}) {
  const words = usePageWords(table)
  const numbers = useNumbers()
  const { count, money } = numbers
  return (
    <ul className="cost-lines">
      {lines.map(({ slot, provider, model, used, uncounted, cost }) => (
        <li key={`${slot} ${provider} ${model}`} className="cost-line">
          <div>
            <p>{[words.slots[slot], provider, model].filter(part => part !== null).join(' · ')}</p>
            <p className="hint">
              {usedText(used, numbers, words)}
              {uncounted > 0 && `; ${words.notTold(count(uncounted))}`}
            </p>
          </div>
          {currency !== null && <span>{money(cost, currency)}</span>}
        </li>
      ))}
    </ul>
  )
}

/** The sum in words, and what is not in it. */
export function CostNotes({ currency, cost, wastedCost, unpriced, uncounted }: CostSum) {
  const words = usePageWords(table)
  const { count, money } = useNumbers()
  const isWasted = wastedCost !== null && wastedCost > 0
  return (
    <>
      {currency === null && <p className="hint">{words.noPrices}</p>}
      {currency !== null && cost !== null && (
        <p className="cost-sum">
          <strong>{words.sum(money(cost, currency))}</strong>
          {isWasted && <span className="hint"> {words.sumWasted(money(wastedCost, currency))}</span>}
        </p>
      )}
      {unpriced.length > 0 && <p className="hint">{words.unpriced(unpriced.join(', '))}</p>}
      {uncounted > 0 && <p className="hint">{words.uncounted(count(uncounted))}</p>}
    </>
  )
}
