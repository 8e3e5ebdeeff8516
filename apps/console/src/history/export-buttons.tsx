/** Saves what was found as a file: the gateway writes it, the page hands it on. */
import { useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { saveFile } from '../prosody/save-file.js'
import { words as table } from './words.js'

interface ExportButtonsProps {
  /** Query of `/api/sessions`, without a page. */
  readonly query: string
  readonly token: string
}

const formats = ['csv', 'json'] as const

export function ExportButtons({ query, token }: ExportButtonsProps) {
  const words = usePageWords(table)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  async function save(format: (typeof formats)[number]): Promise<void> {
    setBusy(true)
    setProblem('')
    try {
      const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
      const path = `/api/sessions/export?${query === '' ? '' : `${query}&`}format=${format}`
      const response = await fetch(path, { headers, cache: 'no-store' })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      saveFile(`conversations.${format}`, await response.blob())
    } catch (thrown) {
      setProblem(words.exportFailed(thrown instanceof Error ? thrown.message : String(thrown)))
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      {problem !== '' && <p role="alert">{problem}</p>}
      {formats.map(format => (
        <button
          key={format}
          type="button"
          className="button"
          disabled={busy}
          aria-label={`${words.export} ${format.toUpperCase()}`}
          onClick={() => void save(format)}
        >
          <span aria-hidden="true">↓</span> {format.toUpperCase()}
        </button>
      ))}
    </>
  )
}
