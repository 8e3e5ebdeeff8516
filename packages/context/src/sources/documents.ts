/**
 * Facts from a folder of documents: what a caller asks is searched while they speak, and the best pieces are quoted
 * with file and heading. The folder is looked at again now and then; the old index serves until a new one stands.
 */

import { ParleyError } from '@parley/core'
import type { DocumentsSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { filesIn, readAll, signatureOf } from './document-folder.js'
import { type DocumentIndex, indexOf } from './document-index.js'
import type { SourceWorld } from './source-world.js'

export interface DocumentsSource extends TimedSource {
  /** Looks at the folder now; resolves when its index stands. Never rejects. */
  scan(): Promise<void>
}

const UNREADABLE = 'unreadable'

export function documentsSource(config: DocumentsSourceConfig, world: SourceWorld): DocumentsSource {
  const { name, refetchMs, freshMs, timeoutMs, rescanMs, maxSnippets } = config
  const folder = world.folderOf?.(config.folder) ?? config.folder
  let index: DocumentIndex | undefined
  let version = 0
  let signature: string | undefined
  let fault: unknown
  let scanning: Promise<void> | undefined
  let scannedAtMs = Number.NEGATIVE_INFINITY
  let closed = false

  async function rebuild(): Promise<void> {
    try {
      const files = await filesIn(folder)
      const now = signatureOf(files)
      if (now !== signature && !closed) {
        index = await indexOf(await readAll(files))
        signature = now
        version += 1
      }
      fault = undefined
    } catch (error) {
      fault = error
    }
  }

  function scan(): Promise<void> {
    scannedAtMs = world.clock.now()
    scanning ??= rebuild().finally(() => {
      scanning = undefined
    })
    return scanning
  }

  void scan()
  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    scan,
    wants(text) {
      if (!closed && world.clock.now() - scannedAtMs >= rescanMs) void scan()
      if (index === undefined) return fault === undefined ? undefined : UNREADABLE
      const found = index.find(text, maxSnippets)
      return found.length === 0 ? undefined : `${version}|${found.join(',')}`
    },
    async fetch(key) {
      if (key === UNREADABLE) {
        const reason = fault instanceof Error ? fault.message : String(fault)
        throw new ParleyError(
          'context_failed',
          `The folder of the source "${name}" cannot be read: ${reason}`,
        )
      }
      const [of, numbers = ''] = key.split('|')
      if (Number(of) !== version) return []
      return numbers.split(',').flatMap(number => {
        const snippet = index?.at(Number(number))
        if (snippet === undefined) return []
        const { file, heading, text, changedAtMs } = snippet
        const place = heading === '' ? file : `${file}, ${heading}`
        return [{ source: name, text: `${place}: ${text}`, asOfMs: changedAtMs }]
      })
    },
    async close() {
      closed = true
      await scanning
    },
  }
}
