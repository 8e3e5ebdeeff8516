/** What can go wrong between a microphone, a gateway and a face. Codes are stable; the message says what to do. */

/** Every code with its cure. */
export const prosodyErrorCodes = {
  'no-address':
    'No gateway is named; pass `url`, or set EXPO_PUBLIC_PROSODY_WS_URL (wss://your-gateway/prosody).',
  'bad-address': '`url` is not an address; use wss://your-gateway/prosody.',
  'bad-token': '`token` has characters that a socket cannot carry; use a JWT.',
  'token-failed': '`token` failed to give a token; see `cause`. It is asked again at the next try.',
  unauthorized: 'The gateway does not take the token; sign in again and call start().',
  refused: 'The gateway refused the stream; see `details`, change what it names and call start().',
  'gateway-fault': 'The gateway could not use what it was sent; see `details`. The stream goes on.',
  'connect-failed':
    'The gateway does not answer or turns this page away; check its address, that it runs, and its CORS origins and limits (its log says which), then call start().',
  'connection-lost': 'The connection was lost and could not be restored; call start().',
  'microphone-denied': 'The microphone is not allowed; allow it in the settings and call start().',
  'microphone-missing': 'No microphone was found; plug one in and call start().',
  'microphone-busy': 'Another program holds the microphone; close it and call start().',
  'microphone-lost': 'The microphone was unplugged or taken away; plug it in and call start().',
  'insecure-page': 'Browsers give the microphone only to https pages and localhost; open the page that way.',
  unsupported: 'There is no microphone here that can be streamed; pass `openMicrophone` (React Native).',
  'worklet-failed': 'The audio program could not be loaded from the gateway; check `workletUrl` and the CSP.',
} as const satisfies Record<string, string>

export type ProsodyErrorCode = keyof typeof prosodyErrorCodes

export interface ProsodyErrorOptions {
  readonly cause?: unknown
  /** Facts for the reader; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class ProsodyError extends Error {
  readonly code: ProsodyErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ProsodyErrorCode,
    message: string = prosodyErrorCodes[code],
    options: ProsodyErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProsodyError'
    this.code = code
    this.details = options.details ?? {}
  }
}

export function isProsodyErrorCode(code: unknown): code is ProsodyErrorCode {
  return typeof code === 'string' && Object.hasOwn(prosodyErrorCodes, code)
}
