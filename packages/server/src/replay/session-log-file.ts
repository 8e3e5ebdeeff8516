/**
 * Writes the log of one session into a file of its own. The session's calls only put things into a bounded queue; they
 * become lines, digests and bytes later, off the hot path. Over the bound, or when the disk fails, the rest is dropped
 * and counted, and the log says of itself that it is not whole.
 */

import { createWriteStream, type WriteStream } from 'node:fs'
import type { LogEntry, LogHeader, LogOutput, Redactor, SessionLog } from '@parley/core'
import { CHECKPOINT_EVERY, headOf } from './log-format.js'
import { entryLine } from './log-line.js'
import { createOutputDigest, type KeptOutput, lineMark } from './output-digest.js'

export interface SessionLogFileOptions {
  readonly path: string
  readonly version: string
  readonly keepsSound: boolean
  /** Takes the words out; made once the language is known. */
  readonly redactor?: (header: LogHeader) => Redactor
  /** Most entries and outputs that may wait to be written. Default 20,000: over a minute of talk. */
  readonly capacity?: number
  /** One thing is lost to the log; `error` is what the disk says. */
  dropped(error?: Error): void
}

export interface SessionLogFile extends SessionLog {
  /** Resolves once the file is closed, whole or not. */
  readonly closed: Promise<void>
}

type Item =
  | { readonly what: 'head'; readonly header: LogHeader }
  | { readonly what: 'input'; readonly entry: LogEntry }
  | { readonly what: 'output'; readonly output: KeptOutput }
  | { readonly what: 'sum' }

/** Waits this long for more, so that a thousand sessions do not write a hundred times a second each. */
const GATHER_MS = 100
/** From this many on nothing is waited for; and as many are dealt with at a time. */
const BATCH = 256

export function createSessionLogFile(options: SessionLogFileOptions): SessionLogFile {
  const { path, version, keepsSound, capacity = 20_000 } = options
  const sound = keepsSound && options.redactor === undefined
  const redacted = options.redactor !== undefined
  const digest = createOutputDigest({ sound, redacted })
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  let queue: Item[] = []
  let redactor: Redactor | undefined
  let dropped = 0
  let failed = false
  let ended = false
  let drain: 'idle' | 'waiting' | 'writing' = 'idle'
  let timer: NodeJS.Timeout | undefined
  let inputs = ''
  let outputs = ''
  let entries = 0
  let marked = 0

  const closed = new Promise<void>(resolve => stream.once('close', resolve))
  stream.once('error', error => {
    failed = true
    dropped += 1
    queue = []
    options.dropped(error)
  })

  function put(item: Item): void {
    if (ended || failed || dropped > 0 || queue.length >= capacity) {
      if (ended) return
      dropped += 1
      options.dropped()
      return
    }
    queue.push(item)
    wake()
  }

  function wake(): void {
    if (drain === 'writing') return
    if (queue.length >= BATCH || ended) {
      clearTimeout(timer)
      drain = 'writing'
      setImmediate(write)
    } else if (drain === 'idle') {
      drain = 'waiting'
      timer = setTimeout(() => {
        drain = 'writing'
        write()
      }, GATHER_MS)
    }
  }

  /** A line that cannot be written ends the recording, and nothing else. */
  function write(): void {
    writeAll().catch((error: unknown) => {
      drain = 'idle'
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0 && !failed) {
      const text = queue.splice(0, BATCH).map(lines).join('')
      if (!stream.write(text)) await drained(stream)
      await new Promise(resolve => setImmediate(resolve))
    }
    drain = 'idle'
    if (ended) stream.end()
  }

  function lines(item: Item): string {
    switch (item.what) {
      case 'head': {
        redactor = options.redactor?.(item.header)
        const header = redactor?.header(item.header) ?? item.header
        return `${JSON.stringify(headOf({ version, sound, redacted, header }))}\n`
      }
      case 'input': {
        const line = entryLine(redactor?.input(item.entry) ?? item.entry, sound)
        entries += 1
        inputs += lineMark(line)
        return `${line}\n${checkpoint()}`
      }
      case 'output':
        outputs += digest.add(item.output)
        return checkpoint()
      case 'sum':
        return `${checkpoint(1)}${JSON.stringify({ kind: 'sum', dropped, entries, ...digest.counts, digest: digest.digest() })}\n`
      default:
        return item satisfies never
    }
  }

  function checkpoint(every = CHECKPOINT_EVERY): string {
    const count = entries + digest.counts.outputs
    if (count - marked < every) return ''
    marked = count
    const line = {
      kind: 'checkpoint',
      inputs,
      outputs,
      count: digest.counts.outputs,
      digest: digest.digest(),
    }
    inputs = ''
    outputs = ''
    return `${JSON.stringify(line)}\n`
  }

  return {
    closed,
    keeps: { sound, words: !redacted },
    begin: header => put({ what: 'head', header }),
    input: entry => put({ what: 'input', entry: keptEntry(entry, sound) }),
    output: output => put({ what: 'output', output: keptOutput(output, sound) }),
    end() {
      if (ended) return
      ended = true
      if (!failed) queue.push({ what: 'sum' })
      wake()
    },
  }
}

function drained(stream: WriteStream): Promise<void> {
  return new Promise(resolve => {
    const on = () => {
      stream.off('drain', on).off('close', on)
      resolve()
    }
    stream.on('drain', on).on('close', on)
  })
}

/** The session uses samples and cues again. */
function keptEntry(entry: LogEntry, sound: boolean): LogEntry {
  if (entry.kind !== 'audio') return entry
  if (sound) return { ...entry, samples: entry.samples.slice() }
  const { evidence, cues } = entry.heard
  return { ...entry, samples: entry.samples.subarray(0, 0), heard: { evidence, cues: { ...cues } } }
}

function keptOutput(output: LogOutput, sound: boolean): KeptOutput {
  if (output.kind !== 'play') return output
  const { kind, reply, atMs, samples } = output
  return { kind, reply, atMs, count: samples.length, samples: sound ? samples.slice() : undefined }
}
