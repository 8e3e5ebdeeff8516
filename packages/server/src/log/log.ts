import { type Logger, multistream, pino, stdSerializers } from 'pino'
import { secretsOf } from '../config/secrets-of.js'
import type { Config } from '../config/settings.js'
import { prettyLine } from './pretty.js'
import { createRedactor } from './redact.js'

/**
 * The log of the process: JSON lines, `error` and worse on stderr, the rest on stdout, each line once. Every line
 * passes the redactor as its last step, so nothing that is logged by whomever can carry a secret out.
 */
export type Log = Logger

export interface LogOptions {
  readonly config: Pick<Config, 'logLevel' | 'debug' | 'logFormat'> & Partial<Config>
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly err: { write(text: string): unknown }
  /** Gets each line of level `error` and worse, as JSON, redacted. */
  readonly onError?: (line: string) => void
}

export function createLog({ config, out, err, onError }: LogOptions): Log {
  const level = config.debug && config.logLevel !== 'trace' ? 'debug' : config.logLevel
  const redact = createRedactor(secretsOf(config))
  const pretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && out.isTTY === true)
  const through = (target: { write(text: string): unknown }, listener?: (line: string) => void) => ({
    write(line: string) {
      const clean = redact(line)
      listener?.(clean)
      target.write(pretty ? `${prettyLine(clean.trimEnd())}\n` : clean)
    },
  })
  const streams = multistream(
    [
      { level: 'trace', stream: through(out) },
      { level: 'error', stream: through(err, onError) },
    ],
    { dedupe: true },
  )
  return pino(
    { level, base: null, serializers: { err: config.debug ? stdSerializers.err : briefError } },
    streams,
  )
}

/** Without DEBUG an expected error is its sentence; an unexpected one keeps its stack. */
function briefError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, cause } = error
  const code = 'code' in error ? String(error.code) : undefined
  const brief = { message, ...(code === undefined ? {} : { code }), ...causeOf(cause) }
  return code === undefined || code === 'internal' ? { ...brief, stack: error.stack } : brief
}

function causeOf(cause: unknown): object {
  return cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : String(cause) }
}
