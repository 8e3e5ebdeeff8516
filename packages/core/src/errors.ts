/**
 * The one error of Parley. Codes are stable and stand in one table, which `docs/errors.md` is checked against;
 * the message says what happened and what to do about it.
 */

/** Every code with the sentence that tells the reader what to do. */
export const errorCodes = {
  bad_message: 'The message does not fit the protocol; compare it with docs/asyncapi.yaml.',
  bad_audio: 'The audio does not have the announced codec or size; check the hello message.',
  bad_audio_file:
    'The file is not a WAV of PCM16, PCM8, float32, µ-law or A-law at 8–192 kHz; convert it first.',
  bad_config: 'A setting is missing or wrong; `parley config check` lists all of them.',
  bad_agent: 'The agent file has a mistake at the named line.',
  bad_grammar: 'The recogniser refused the grammar made from the agent; see the named phrase.',
  bad_session_log: 'The file is not a whole session log of this version of Parley; see docs/replay.md.',
  unauthenticated: 'Send a valid token: `Authorization: Bearer`, or `?token=` where headers cannot be set.',
  forbidden: 'The token or the Origin is valid but not allowed here; see docs/security.md.',
  not_found: 'No such thing, or it belongs to another tenant.',
  rate_limited: 'Too many requests; wait for the time given in Retry-After.',
  overloaded: 'This gateway is full; try another node or try again later.',
  too_large: 'The message or file is over the limit; send it in smaller pieces.',
  timeout: 'An answer did not come in time.',
  session_idle: 'Nothing was heard or sent for the idle time; connect again.',
  session_expired: 'The session reached its longest allowed duration; connect again.',
  resume_failed: 'The resume token is unknown or too old; begin a new session.',
  replaced: 'Another connection resumed this session; this one is closed.',
  draining: 'This node is leaving; connect again with the resume token.',
  recogniser_unavailable:
    'No speech recogniser is available; type, use the browser recogniser, or see `parley doctor`.',
  recogniser_failed: 'The speech recogniser failed; it is being restarted.',
  voice_unavailable: 'No voice is available for this language; see `parley doctor`.',
  voice_failed: 'The voice could not speak this text.',
  provider_refused: 'The provider does not accept the key or its rights; check the key in the configuration.',
  provider_limited: 'The provider limits the rate of requests; wait, or add keys to the pool.',
  provider_quota: 'The account at the provider has no credit left; top it up or use another key.',
  provider_overloaded: 'The provider is overloaded; Parley tries again or takes the next provider.',
  provider_failed: 'The provider failed or broke off; Parley tries again or takes the next provider.',
  provider_rejected: 'The provider does not accept this request; check model, voice and options.',
  provider_unreachable: 'The provider cannot be reached; check the address, the network and its status page.',
  provider_missing: 'An optional package or model is not installed; the message names the command.',
  carrier_refused:
    'The carrier does not accept the account, the number or the request; the message says which.',
  carrier_limited: 'The carrier limits the rate of calls; Parley waits and tries again.',
  carrier_failed: 'The carrier failed; Parley asks whether the call exists before it tries again.',
  carrier_unreachable: 'The carrier cannot be reached; check the address, the network and its status page.',
  bad_number: 'A phone number is not one; write it with + and the country, as in +15551234567.',
  bad_signature:
    'The request is not signed by the carrier for this address; check PARLEY_PUBLIC_URL and the key.',
  call_over: 'The call is over; nothing more can be done in it.',
  conflict: 'It is not in the state for that; read it again.',
  budget_spent: 'A budget is spent; raise it or wait for the next day.',
  tool_failed: 'A tool failed or gave no answer in time; the model was told so.',
  context_failed: 'A source of facts failed; the answer was made without it.',
  engine_failed: 'The engine could not answer this turn.',
  store_unavailable: 'The database does not answer; see DATABASE_URL or the data folder.',
  store_locked: 'Another process holds the data folder; stop it or use another PARLEY_DATA_DIR.',
  store_full: 'The disk is full; free some space. Nothing already announced is lost.',
  store_failed: 'The database refused a statement.',
  port_in_use: 'Another process listens on this port; set PORT or stop it.',
  bad_seal:
    'A sealed message did not open: it was changed on its way, or repeated. It was dropped; see docs/encryption.md.',
  keys_spent: 'The keys of this connection are used up; resume the session over a new one.',
  encryption_required: 'This gateway serves only clients that encrypt; see docs/encryption.md.',
  internal: 'A fault in Parley; please report it with the log.',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof errorCodes

export interface ParleyErrorOptions {
  readonly cause?: unknown
  /** Whether the same call may succeed later, unchanged. Default false. */
  readonly retryable?: boolean
  /** Facts for the reader; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class ParleyError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string = errorCodes[code], options: ParleyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ParleyError'
    this.code = code
    this.retryable = options.retryable ?? false
    this.details = options.details ?? {}
  }

  /** Wraps anything thrown; a `ParleyError` passes unchanged. */
  static from(thrown: unknown, code: ErrorCode = 'internal'): ParleyError {
    if (thrown instanceof ParleyError) return thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return new ParleyError(code, `${errorCodes[code]} (${reason})`, { cause: thrown })
  }
}
