/** Records the sessions of a gateway where its settings say so: a file for each, in one folder. */

import { randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createRedactor, type SessionId, type SessionLog, turnWordsOf } from '@parley/core'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import { createSessionLogFile } from './session-log-file.js'

export interface SessionRecorder {
  /** The log of a session that begins; undefined where nothing is recorded. */
  log(session: SessionId): SessionLog | undefined
  /** Resolves once the files of all sessions that ended are closed. */
  flush(): Promise<void>
}

export interface SessionRecorderParts {
  readonly config: Pick<Config, 'sessionLogDir' | 'sessionLogAudio' | 'sessionLogRedact'>
  readonly version: string
  readonly log: Log
  readonly metrics: Pick<Metrics, 'logDrops'>
  readonly epochMs: () => number
}

export function createSessionRecorder(parts: SessionRecorderParts): SessionRecorder {
  const { config, version, log, metrics, epochMs } = parts
  const { sessionLogDir: folder, sessionLogAudio: keepsSound } = config
  const redacts = config.sessionLogRedact ?? !keepsSound
  const open = new Set<Promise<void>>()

  /** A folder that cannot be made costs the recording, not the conversation. */
  function isThere(path: string): boolean {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      return true
    } catch (error) {
      metrics.logDrops.inc()
      log.error(
        { err: error, folder: path },
        'the folder for session logs cannot be made; nothing is recorded',
      )
      return false
    }
  }

  return {
    log(session) {
      if (folder === undefined || !isThere(folder)) return undefined
      // Names in order of time; without colons, for every file system.
      const began = new Date(epochMs()).toISOString().replaceAll(':', '-')
      const path = join(folder, `${began}_${session}.ndjson`)
      let told = false
      const file = createSessionLogFile({
        path,
        version,
        keepsSound,
        ...(redacts
          ? { redactor: ({ language }) => createRedactor({ words: turnWordsOf(language), draw: randomInt }) }
          : {}),
        dropped(error) {
          metrics.logDrops.inc()
          if (told) return
          told = true
          log.warn({ err: error, session, path }, 'the session log cannot keep up and is not whole')
        },
      })
      open.add(file.closed)
      void file.closed.then(() => open.delete(file.closed))
      return file
    },
    async flush() {
      await Promise.all(open)
    },
  }
}
