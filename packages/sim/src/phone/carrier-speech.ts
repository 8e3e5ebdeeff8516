/** What a simulated carrier writes, in the dialects of two of them. Examples of both are in fixtures/protocols. */

export type CarrierDialect = 'twilio' | 'signalwire'

export interface CarrierSpeech {
  connected(): string
  start(customParameters: Readonly<Record<string, string>>): string
  /** One chunk of µ-law at `timestampMs` since the stream began. */
  media(payload: string, timestampMs: number): string
  dtmf(digit: string): string
  mark(name: string): string
  stop(): string
}

export interface CarrierSpeechOptions {
  readonly dialect: CarrierDialect
  readonly accountSid?: string | undefined
  readonly streamSid: string
  readonly callSid: string
}

const anyAccount = 'AC00000000000000000000000000000000'
const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }

export function createCarrierSpeech({
  dialect,
  streamSid,
  callSid,
  accountSid = anyAccount,
}: CarrierSpeechOptions): CarrierSpeech {
  const twilio = dialect === 'twilio'
  let sequence = 0
  let chunk = 0

  /** The head of all messages but `connected`; SignalWire leaves fields out. */
  function say(event: string, body: object, has = { sequence: true, stream: twilio }): string {
    sequence += 1
    return JSON.stringify({
      event,
      ...(has.sequence ? { sequenceNumber: String(sequence) } : {}),
      ...(has.stream ? { streamSid } : {}),
      ...body,
    })
  }

  return {
    connected: () =>
      JSON.stringify({ event: 'connected', protocol: 'Call', version: twilio ? '1.0.0' : '0.2.0' }),
    start: customParameters =>
      say('start', {
        start: {
          accountSid,
          streamSid,
          callSid,
          tracks: ['inbound'],
          mediaFormat,
          ...(twilio || Object.keys(customParameters).length > 0 ? { customParameters } : {}),
        },
      }),
    media(payload, timestampMs) {
      chunk += 1
      const timestamp = String(timestampMs)
      return say('media', { media: { track: 'inbound', chunk: String(chunk), timestamp, payload } })
    },
    dtmf: digit =>
      say('dtmf', { dtmf: twilio ? { track: 'inbound_track', digit } : { digit, duration: 120 } }),
    mark: name => say('mark', { mark: { name } }, { sequence: twilio, stream: twilio }),
    stop: () => say('stop', twilio ? { stop: { accountSid, callSid } } : {}),
  }
}
