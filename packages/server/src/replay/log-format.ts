/**
 * The file of a session log: one JSON object a line. First the head, then an entry for each thing that came in, after
 * every so many of them a checkpoint, and last the sum. A file without its sum is not whole.
 */

import { type LogHeader, SESSION_LOG_FORMAT } from '@parley/core'
import { z } from 'zod'

/** Entries and outputs between two checkpoints. */
export const CHECKPOINT_EVERY = 1_000

export interface LogHead {
  readonly parley: 'session-log'
  readonly format: number
  /** Version of Parley that wrote it. */
  readonly version: string
  /** Whether the sound of caller and agent is in it. */
  readonly sound: boolean
  /** Whether words, numbers and keys were replaced. */
  readonly redacted: boolean
  readonly header: LogHeader
}

export function headOf(options: Pick<LogHead, 'version' | 'sound' | 'redacted' | 'header'>): LogHead {
  return { parley: 'session-log', format: SESSION_LOG_FORMAT, ...options }
}

const duration = z.number().min(0)

/** As much of the head as a replay must be able to rely on. */
export const headShape = z.object({
  parley: z.literal('session-log'),
  format: z.literal(SESSION_LOG_FORMAT),
  version: z.string(),
  sound: z.boolean(),
  redacted: z.boolean(),
  header: z.looseObject({
    session: z.string().min(1),
    language: z.string(),
    listenRate: z.int().min(8_000).max(48_000),
    outputRate: z.int().min(8_000).max(48_000),
    policy: z.looseObject({
      endpoint: z.looseObject({}),
      bargeIn: z.string(),
      judge: z.looseObject({}),
      dtmf: z.string(),
      speculation: z.looseObject({}),
      deadAir: z.looseObject({ fillers: z.array(z.string()), prompts: z.array(z.string()) }),
    }),
    limits: z.object({ idleMs: duration, maxMs: duration, resumeMs: duration }),
    opens: z.boolean(),
    hears: z.boolean(),
    keeps: z.object({ sound: z.boolean(), words: z.boolean() }),
    atMs: z.number(),
  }),
})

/** Marks of what came in and of what was done since the checkpoint before, and the digest of all outputs so far. */
export const checkpointShape = z.object({
  kind: z.literal('checkpoint'),
  inputs: z.string(),
  outputs: z.string(),
  count: z.int().min(0),
  digest: z.string(),
})
export type Checkpoint = z.output<typeof checkpointShape>

export const sumShape = z.object({
  kind: z.literal('sum'),
  /** What could not be written in time; a log that lacks any is not whole. */
  dropped: z.int().min(0),
  entries: z.int().min(0),
  outputs: z.int().min(0),
  decisions: z.int().min(0),
  events: z.int().min(0),
  frames: z.int().min(0),
  digest: z.string(),
})
export type LogSum = z.output<typeof sumShape>
