/** What happened between the words: floors, overlaps and what was ruled of them, tools, warnings, lines that were lost. */

import type { LoggedEvent } from '@parley/platform'
import type { Playback } from './playback-schema.js'

type Marks = Pick<Playback, 'floors' | 'overlaps' | 'ducks' | 'tools' | 'warnings' | 'legs' | 'keys'>

/** Of each kind; a conversation of an hour has some hundreds. */
const MOST_MARKS = 5_000
const LONGEST_ARGUMENTS = 2_000

export function marksOf(log: readonly LoggedEvent[]): Marks & { readonly isWhole: boolean } {
  const marks: Marks = { floors: [], overlaps: [], ducks: [], tools: [], warnings: [], legs: [], keys: [] }
  let isWhole = true
  const add = <Mark>(list: Mark[], mark: Mark): void => {
    if (list.length < MOST_MARKS) list.push(mark)
    else isWhole = false
  }
  let attached = false
  for (const event of log) {
    const atMs = Math.round(event.atMs)
    if (event.kind === 'floor-changed') add(marks.floors, { atMs, floor: event.floor })
    else if (event.kind === 'judged') {
      const { reply, ruling, reasons, afterOnsetMs } = event
      const startMs = Math.max(0, Math.round(event.atMs - afterOnsetMs))
      add(marks.overlaps, { reply, startMs, atMs, ruling, reasons: [...reasons] })
    } else if (event.kind === 'ducked') add(marks.ducks, { reply: event.reply, startMs: atMs, endMs: atMs })
    else if (event.kind === 'resumed' || event.kind === 'reply-ended') endDuck(marks.ducks, event.reply, atMs)
    else if (event.kind === 'tool-called') {
      const { reply, call } = event
      const text = JSON.stringify(call.arguments).slice(0, LONGEST_ARGUMENTS)
      add(marks.tools, { atMs, reply, name: call.name, arguments: text })
    } else if (event.kind === 'warning')
      add(marks.warnings, { atMs, code: event.code, message: event.message.slice(0, LONGEST_ARGUMENTS) })
    else if (event.kind === 'dtmf') add(marks.keys, { atMs })
    else if (event.kind === 'leg-changed') {
      // That the first one came is no news.
      if (attached || event.change === 'lost') add(marks.legs, { atMs, change: event.change })
      attached = true
    }
  }
  return { ...marks, isWhole }
}

function endDuck(ducks: Marks['ducks'], reply: string, atMs: number): void {
  const last = ducks.at(-1)
  if (last?.reply === reply && last.endMs === last.startMs) last.endMs = atMs
}
