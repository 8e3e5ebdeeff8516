import type { ErrorCode, ParleyError } from '@parley/core'

/** How the `parley` command ends. The numbers are an interface for scripts. */
export const exitCodes = {
  ok: 0,
  /** It was tried and failed. */
  failure: 1,
  /** The command line, a setting or a file given to it is wrong; nothing was tried. */
  usage: 2,
  /** What it needs does not answer (`EX_UNAVAILABLE` of sysexits). */
  unavailable: 69,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byCode: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  bad_config: exitCodes.usage,
  bad_agent: exitCodes.usage,
  bad_grammar: exitCodes.usage,
  bad_audio_file: exitCodes.usage,
  bad_session_log: exitCodes.usage,
  store_unavailable: exitCodes.unavailable,
  overloaded: exitCodes.unavailable,
  draining: exitCodes.unavailable,
  rate_limited: exitCodes.unavailable,
  provider_limited: exitCodes.unavailable,
  provider_overloaded: exitCodes.unavailable,
  provider_unreachable: exitCodes.unavailable,
}

export function exitCodeOf({ code, retryable }: Pick<ParleyError, 'code' | 'retryable'>): ExitCode {
  // Nobody answered at all; an answer that came too late is a failure.
  if (code === 'timeout' && retryable) return exitCodes.unavailable
  return byCode[code] ?? exitCodes.failure
}
