/** The report of a self-test: to copy, or to read. */
import { useMemo, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { reportOf } from './report.js'
import type { CheckState } from './run-check.js'
import { words } from './words.js'

export function ReportFold({ state }: { readonly state: CheckState }) {
  const text = usePageWords(words)
  const [copied, setCopied] = useState<boolean>()
  const report = useMemo(
    () => reportOf(state, { epochMs: Date.now(), origin: location.origin, userAgent: navigator.userAgent }),
    [state],
  )
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(report)
      setCopied(true)
    } catch {
      setCopied(false)
    }
  }
  return (
    <div className="check-report">
      <div className="form-row">
        <button type="button" className="button" onClick={() => void copy()}>
          {text.copy}
        </button>
        <span role="status" className="hint">
          {copied === undefined ? '' : copied ? text.copied : text.notCopied}
        </span>
      </div>
      <details open={copied === false}>
        <summary>{text.report}</summary>
        <textarea readOnly rows={16} spellCheck={false} aria-label={text.report} value={report} />
      </details>
    </div>
  )
}
