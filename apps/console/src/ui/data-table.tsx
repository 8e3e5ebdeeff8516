/** Rows of one kind of thing. In narrow windows each row becomes a card whose cells carry the names of their columns. */
import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** Figures stand under each other, right-aligned. */
  readonly figures?: true
}

interface DataTableProps<Row> {
  /** What the rows are, for whoever cannot see them. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Few short columns: they stay beside each other in narrow windows, too. */
  readonly short?: true
}

export function DataTable<Row>({ caption, columns, rows, keyOf, short }: DataTableProps<Row>) {
  return (
    <table className="table" data-short={short}>
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, figures }) => (
            <th key={name} scope="col" data-figures={figures}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, cell, figures }) => (
              <td key={name} data-name={name} data-figures={figures}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
