/** What was wrong with which row: a CSV file of all of them, or the first few on the terminal. */

import { closeSync, openSync, writeSync } from 'node:fs'
import type { BadRow } from '@parley/calls'
import { ParleyError } from '@parley/core'

export interface BadRowReport {
  tell(row: BadRow): void
  /** Writes down what waits. */
  close(): void
}

const BUFFER_CHARACTERS = 65_536
const MOST_SHOWN = 20

/** The file is made at once, so that a path that cannot be is known before anything is written. @throws ParleyError `bad_config` */
export function reportToFile(path: string): BadRowReport {
  const attempt = <Value>(act: () => Value): Value => {
    try {
      return act()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ParleyError('bad_config', `--report ${path} cannot be written (${reason}).`, { cause })
    }
  }
  const file = attempt(() => openSync(path, 'w'))
  let waiting = 'line,reason,what to do\n'
  const flush = () => {
    // Whole, however much of it one write takes.
    for (let rest = Buffer.from(waiting); rest.length > 0; )
      rest = rest.subarray(attempt(() => writeSync(file, rest)))
    waiting = ''
  }
  return {
    tell({ line, reason, todo }) {
      waiting += `${line},${quoted(reason)},${quoted(todo)}\n`
      if (waiting.length > BUFFER_CHARACTERS) flush()
    },
    close() {
      try {
        flush()
      } finally {
        closeSync(file)
      }
    },
  }
}

export function reportToTerminal(say: (line: string) => void): BadRowReport {
  let count = 0
  return {
    tell({ line, reason, todo }) {
      count += 1
      if (count <= MOST_SHOWN) say(`line ${line}: ${reason} ${todo}`)
    },
    close() {
      if (count > MOST_SHOWN) say(`… and ${count - MOST_SHOWN} more; --report bad.csv has them all.`)
    },
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
