/** Every setting as it is in force, with the variable that won. Secrets never come here. */
import { useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import type { SettingRow } from './status-types.js'
import { words as table } from './words.js'

export function Settings({ settings }: { readonly settings: readonly SettingRow[] | null }) {
  const words = usePageWords(table)
  const [text, setText] = useState('')
  const [onlySet, setOnlySet] = useState(true)
  const wanted = text.trim().toLowerCase()
  const shown = (settings ?? []).filter(
    ({ name, value, group, source }) =>
      (!onlySet || source !== 'default') &&
      [name, value, group, source].some(each => each.toLowerCase().includes(wanted)),
  )
  return (
    <section className="health-part">
      <h3>{words.settings}</h3>
      <p className="hint">{settings === null ? words.noSettings : words.settingsNote}</p>
      {settings !== null && (
        <>
          <div className="health-search">
            <input
              type="search"
              aria-label={words.search}
              placeholder={words.search}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
            <label>
              <input
                type="checkbox"
                checked={onlySet}
                onChange={({ target }) => setOnlySet(target.checked)}
              />
              {words.onlySet}
            </label>
          </div>
          {shown.length === 0 ? (
            <p className="hint">{words.nothingFound}</p>
          ) : (
            <DataTable
              caption={words.settings}
              rows={shown}
              keyOf={({ name }) => name}
              columns={[
                { name: words.setting, cell: ({ name }) => <code>{name}</code> },
                { name: words.value, cell: ({ value }) => <span className="health-value">{value}</span> },
                { name: words.source, cell: ({ source }) => words.bySource[source] ?? source },
              ]}
            />
          )}
        </>
      )}
    </section>
  )
}
