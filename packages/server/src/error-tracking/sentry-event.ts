/**
 * A line of the log as an event of Sentry's envelope protocol (develop.sentry.dev/sdk/data-model/envelopes): level,
 * sentence, error with its stack, and facts. Whose conversation it was is left out: addresses, origins and subjects.
 */

import { z } from 'zod'

const errorShape = z.looseObject({
  message: z.string(),
  code: z.string().optional(),
  stack: z.string().optional(),
  type: z.string().optional(),
})

const lineShape = z.looseObject({
  level: z.number(),
  /** ms since the epoch */
  time: z.number(),
  msg: z.string().optional(),
  err: errorShape.optional(),
})

export interface EventFacts {
  /** 32 digits of hexadecimal. */
  readonly id: string
  readonly release: string
  readonly environment: string
  /** Further errors that were not sent before this one. */
  readonly dropped: number
}

const FATAL = 60
const personal = new Set(['client', 'origin', 'subject', 'peer', 'from', 'to'])

/** Undefined for what is no line of this log. `line` has passed the redactor. */
export function sentryEvent(line: string, { id, release, environment, dropped }: EventFacts) {
  const read = lineShape.safeParse(parsed(line))
  if (!read.success) return undefined
  const { level, time, msg = '', err, ...facts } = read.data
  const extra = Object.entries(facts).filter(
    ([name, value]) => !personal.has(name) && typeof value !== 'object',
  )
  return {
    event_id: id,
    timestamp: time / 1_000,
    platform: 'node',
    level: level >= FATAL ? 'fatal' : 'error',
    release,
    environment,
    logentry: { formatted: msg },
    ...(err === undefined ? {} : { exception: { values: [exceptionOf(err)] } }),
    tags: err?.code === undefined ? {} : { code: err.code },
    extra: { ...Object.fromEntries(extra), ...(dropped > 0 ? { errors_not_sent: dropped } : {}) },
  }
}

export type SentryEvent = NonNullable<ReturnType<typeof sentryEvent>>

/** As it is posted: head, head of the item, item. */
export function sentryEnvelope(event: SentryEvent): string {
  const item = JSON.stringify(event)
  const head = { event_id: event.event_id }
  return `${JSON.stringify(head)}\n${JSON.stringify({ type: 'event', length: Buffer.byteLength(item) })}\n${item}\n`
}

function exceptionOf({ message, code, stack, type }: z.output<typeof errorShape>) {
  const named = /^(\w+): /.exec(stack ?? '')?.[1]
  const frames = framesOf(stack)
  return {
    type: type ?? named ?? code ?? 'Error',
    value: message,
    ...(frames.length === 0 ? {} : { stacktrace: { frames } }),
  }
}

/** The oldest first, as Sentry wants them. */
function framesOf(stack = '') {
  const lines = stack.matchAll(/^ +at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/gm)
  const frames = [...lines].map(([, name = '', file = '', lineno, colno]) => ({
    function: name,
    filename: file.replace(/^file:\/\//, ''),
    lineno: Number(lineno),
    colno: Number(colno),
    in_app: !file.startsWith('node:') && !file.includes('node_modules/'),
  }))
  return frames.reverse()
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
