/** Reads the file of a session log line by line; a `.gz` of it as well. Says what is wrong with one that is not whole. */

import { createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { type LogEntry, ParleyError, SESSION_LOG_FORMAT } from '@parley/core'
import type { z } from 'zod'
import {
  type Checkpoint,
  checkpointShape,
  headShape,
  type LogHead,
  type LogSum,
  sumShape,
} from './log-format.js'
import { entryOf, parseLine } from './log-line.js'
import { lineMark } from './output-digest.js'

export type LogLine =
  | { readonly kind: 'entry'; readonly entry: LogEntry; readonly mark: string; readonly line: number }
  | ({ readonly kind: 'checkpoint' } & Checkpoint)
  | ({ readonly kind: 'sum' } & LogSum)

export interface OpenSessionLog {
  readonly head: LogHead
  /** Everything after the head, once. @throws ParleyError `bad_session_log` at the first line that is wrong. */
  readonly lines: AsyncIterable<LogLine>
}

/** @throws ParleyError `bad_session_log` for what is no session log, or one of another format. */
export async function openSessionLog(path: string): Promise<OpenSessionLog> {
  const texts = textLines(path)[Symbol.asyncIterator]()
  const first = await texts.next()
  const head = headIn(first.done ? '' : first.value, path)
  return { head, lines: linesOf(path, { [Symbol.asyncIterator]: () => texts }) }
}

function headIn(text: string, path: string): LogHead {
  let line: Record<string, unknown>
  try {
    line = parseLine(text)
  } catch {
    throw bad(path, 'is no session log')
  }
  if (line.parley !== 'session-log') throw bad(path, 'is no session log')
  if (line.format !== SESSION_LOG_FORMAT) {
    const writer =
      typeof line.version === 'string' ? ` Parley ${line.version} wrote it; replay it with that.` : ''
    throw bad(
      path,
      `has format ${String(line.format)}, and this Parley reads ${SESSION_LOG_FORMAT}.${writer}`,
    )
  }
  return shaped(headShape, line, `${path}:1`) as unknown as LogHead
}

async function* linesOf(path: string, texts: AsyncIterable<string>): AsyncGenerator<LogLine> {
  let number = 1
  let entries = 0
  let sum: LogSum | undefined
  for await (const text of texts) {
    number += 1
    const where = `${path}:${number}`
    if (sum !== undefined) throw bad(where, 'stands after the last line of the log')
    let line: Record<string, unknown>
    try {
      line = parseLine(text)
    } catch (error) {
      throw bad(where, `is no whole line of a session log (${reasonOf(error)})`)
    }
    if (line.kind === 'checkpoint') yield shaped(checkpointShape, line, where)
    else if (line.kind === 'sum') {
      sum = shaped(sumShape, line, where)
      if (sum.dropped > 0)
        throw bad(
          path,
          `lacks ${sum.dropped} entries that could not be written in time; it cannot be replayed`,
        )
      if (sum.entries !== entries)
        throw bad(path, `has ${entries} entries of ${sum.entries}; lines were lost`)
      yield sum
    } else {
      entries += 1
      yield { kind: 'entry', entry: entryAt(line, where), mark: lineMark(text), line: number }
    }
  }
  if (sum === undefined)
    throw bad(path, 'ends without its last line: the session goes on, or its gateway was killed')
}

function entryAt(line: Record<string, unknown>, where: string): LogEntry {
  try {
    return entryOf(line)
  } catch (error) {
    throw bad(where, `is no entry of a session log (${reasonOf(error)})`)
  }
}

function shaped<Shape extends z.ZodType>(shape: Shape, line: unknown, where: string): z.output<Shape> {
  const parsed = shape.safeParse(line)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw bad(where, `has a wrong "${issue?.path.join('.')}": ${issue?.message}`)
}

async function* textLines(path: string): AsyncGenerator<string> {
  let file: ReadStream | undefined
  try {
    const zipped = await isGzip(path)
    file = createReadStream(path)
    const bytes = zipped ? file.pipe(createGunzip()) : file
    let rest = ''
    for await (const chunk of bytes.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } catch (error) {
    throw bad(path, `cannot be read (${reasonOf(error)})`)
  } finally {
    file?.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

function bad(where: string, what: string): ParleyError {
  return new ParleyError('bad_session_log', `${where} ${what}.`.replace(/\.\.$/, '.'))
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
