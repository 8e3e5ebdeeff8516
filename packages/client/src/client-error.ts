/** The one error of the browser SDK. Codes are stable; the message tells the person at the page what to do. */

/** Every code with its cure. Faults the gateway names carry its own code in `details.serverCode`. */
export const clientErrorCodes = {
  'microphone-denied': 'The browser may not use the microphone; allow it in the address bar and try again.',
  'microphone-missing': 'No microphone was found; plug one in, or type instead.',
  'microphone-busy': 'Another program holds the microphone; close it and try again.',
  'microphone-lost': 'The microphone was unplugged or taken away; plug it in and press Talk again.',
  'speaker-missing': 'That loudspeaker is not there any more; choose another one.',
  'insecure-page': 'Browsers give the microphone only to https pages and localhost; open this page that way.',
  unsupported: 'This browser lacks AudioWorklet or WebSocket; use a current one.',
  'worklet-failed': 'The audio program could not be loaded; check `workletUrl` and the CSP.',
  'codec-failed': 'The browser’s Opus codec failed; the conversation goes on with uncompressed sound.',
  'bad-recording': 'The recording could not be read; use WAV, MP3, Ogg or FLAC.',
  'bad-option': 'An option of the client is out of range.',
  'connect-failed': 'The gateway does not answer; check its address and that it runs.',
  'connection-lost': 'The connection was lost and could not be restored; connect again.',
  refused: 'The gateway refused the connection; see the reason it gave.',
  'gateway-not-trusted':
    'The gateway did not prove to have the key in `gatewayKey`; somebody between may listen. Nothing was said.',
  'encryption-failed': 'What the gateway sends is changed on its way; use another network.',
  'not-connected': 'There is no connection; wait for `ready` or connect again.',
  'not-allowed': 'A listener only hears and reads; take over, or join as a controller.',
  'queue-full': 'Too much is waiting to be sent; wait for the connection to come back.',
  timeout: 'The gateway did not answer in time.',
  closed: 'The conversation was closed.',
} as const satisfies Record<string, string>

export type ClientErrorCode = keyof typeof clientErrorCodes

export interface ClientErrorOptions {
  readonly cause?: unknown
  /** Facts for the reader; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class ClientError extends Error {
  readonly code: ClientErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ClientErrorCode,
    message: string = clientErrorCodes[code],
    options: ClientErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ClientError'
    this.code = code
    this.details = options.details ?? {}
  }
}
