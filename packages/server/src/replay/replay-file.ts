/** Replays the file of a session log and compares what the session does with what it did. */

import { gateVoice, loadResampling } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import {
  createVoiceEar,
  type Ear,
  type LogEntry,
  type LogHeader,
  type LogOutput,
  ParleyError,
  type ReplayLogParts,
  replayLog,
  type TurnPolicy,
  type TurnTaking,
} from '@parley/core'
import type { LogHead, LogSum } from './log-format.js'
import { createMarkCompare, type Difference, type Place } from './mark-compare.js'
import { createOutputDigest, type KeptOutput, type OutputCounts } from './output-digest.js'
import { openSessionLog } from './read-session-log.js'

export interface ReplayVerdict {
  readonly head: LogHead
  readonly same: boolean
  readonly counts: OutputCounts
  readonly recorded: string
  readonly replayed: string
  /** The first thing that differs. */
  readonly difference: Difference | undefined
  /** How long the session took, and how long the replay did, ms. */
  readonly sessionMs: number
  readonly tookMs: number
}

export interface ReplayOptions {
  /** For the recorded sound at this rate; the gateway's own without it. */
  readonly ear?: (rate: number) => Ear
  readonly turnTaking?: (policy: TurnPolicy, language: string) => TurnTaking
  /** Everything the session does, `atMs` after it began. */
  readonly output?: (output: LogOutput, atMs: number) => void
  readonly entry?: (entry: LogEntry) => void
  readonly asked?: ReplayLogParts['asked']
}

/** Comes back once every promise that is ready has settled: a macrotask runs after all microtasks. */
export function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** @throws ParleyError `bad_session_log` for a file that is no whole session log */
export async function replayFile(path: string, options: ReplayOptions = {}): Promise<ReplayVerdict> {
  const { head, lines } = await openSessionLog(path)
  const { header } = head
  const digest = createOutputDigest(head)
  const compare = createMarkCompare()
  const resampling = await loadResampling()
  const ear = await earFor(head, options)
  const lineOf = new WeakMap<LogEntry, number>()
  let sum: LogSum | undefined
  let place: Place = { line: 1, kind: 'head', atMs: 0 }
  let astray: Difference | undefined
  let spokenMs = 0

  const placeOf = (entry: LogEntry): Place => ({
    line: lineOf.get(entry) ?? 0,
    kind: entry.kind,
    atMs: entry.atMs - header.atMs,
  })

  async function* entries(): AsyncGenerator<LogEntry> {
    for await (const line of lines) {
      if (line.kind === 'checkpoint') compare.expect(line.inputs, line.outputs)
      else if (line.kind === 'sum') sum = line
      else {
        lineOf.set(line.entry, line.line)
        compare.entry(line.mark, placeOf(line.entry))
        yield line.entry
      }
    }
  }

  const startedMs = performance.now()
  await telling(
    path,
    () => place,
    () =>
      replayLog(
        {
          header: header as LogHeader,
          resampling,
          ...(ear === undefined ? {} : { ear: ear.ear }),
          ...(options.turnTaking === undefined ? {} : { turnTaking: options.turnTaking }),
          settle,
          entry(entry) {
            place = placeOf(entry)
            spokenMs = Math.max(spokenMs, place.atMs)
            options.entry?.(entry)
          },
          ...(options.asked === undefined ? {} : { asked: options.asked }),
          output(output) {
            const at = place
            compare.output(digest.add(kept(output, head.sound)), at, () => tellOutput(output))
            options.output?.(output, at.atMs)
          },
          astray(told) {
            astray ??= { what: 'output', number: digest.counts.outputs + 1, at: place, told }
          },
        },
        entries(),
      ),
  ).finally(() => ear?.close())
  const tookMs = performance.now() - startedMs

  const difference = compare.end() ?? astray
  const replayed = digest.digest()
  const recorded = sum?.digest ?? ''
  const same = difference === undefined && replayed === recorded
  return { head, same, counts: digest.counts, recorded, replayed, difference, sessionMs: spokenMs, tookMs }
}

export async function earFor(
  { sound, header }: LogHead,
  options: ReplayOptions,
): Promise<{ readonly ear: Ear; close(): void } | undefined> {
  if (!sound || !header.hears) return undefined
  if (options.ear !== undefined) return { ear: options.ear(header.listenRate), close() {} }
  const rate = header.listenRate === 8_000 ? 8_000 : 16_000
  const detector = (await loadVoiceActivity()).open(rate)
  return { ear: createVoiceEar(gateVoice(detector)), close: () => detector.close() }
}

/** A log that was written by hand or bent may hold what no session can do with. */
export async function telling<Result>(
  path: string,
  place: () => Place,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ParleyError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const message = `${path}:${place().line} cannot be replayed (${reason}).`
    throw new ParleyError('bad_session_log', message, { cause: error })
  }
}

function kept(output: LogOutput, sound: boolean): KeptOutput {
  if (output.kind !== 'play') return output
  const { kind, reply, atMs, samples } = output
  return { kind, reply, atMs, count: samples.length, samples: sound ? samples : undefined }
}

function tellOutput(output: LogOutput): string {
  switch (output.kind) {
    case 'decision':
      return `decision ${output.name}`
    case 'event':
      return `event ${(output.event as { readonly kind: string }).kind}`
    case 'play':
      return `play of ${output.reply} at ${output.atMs} ms`
    default:
      return output.kind
  }
}
