/** What a simulated carrier writes, in the dialects of three of them. Examples are in fixtures/protocols. */
import { mulawSound, type PhoneSoundFormat } from './phone-sound.js'

export type CarrierDialect = 'twilio' | 'signalwire' | 'telnyx'

export interface CarrierSpeech {
  connected(): string
  start(customParameters: Readonly<Record<string, string>>): string
  /** One chunk of sound at `timestampMs` since the stream began. */
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
  /** Default µ-law. */
  readonly format?: PhoneSoundFormat
}

const anyAccount = 'AC00000000000000000000000000000000'

export function createCarrierSpeech({
  dialect,
  streamSid,
  callSid,
  accountSid = anyAccount,
  format = mulawSound,
}: CarrierSpeechOptions): CarrierSpeech {
  const twilio = dialect === 'twilio'
  const telnyx = dialect === 'telnyx'
  let sequence = 0
  let chunk = 0

  /** The head of all messages but `connected`; SignalWire leaves fields out, Telnyx writes them its own way. */
  function say(event: string, body: object, has = { sequence: true, stream: twilio }): string {
    sequence += 1
    if (telnyx) {
      return JSON.stringify({ event, sequence_number: String(sequence), stream_id: streamSid, ...body })
    }
    return JSON.stringify({
      event,
      ...(has.sequence ? { sequenceNumber: String(sequence) } : {}),
      ...(has.stream ? { streamSid } : {}),
      ...body,
    })
  }

  function startOf(customParameters: Readonly<Record<string, string>>): object {
    const { encoding, sampleRate } = format
    if (telnyx) {
      return {
        user_id: accountSid,
        call_control_id: callSid,
        media_format: {
          encoding: encoding === 'mulaw' ? 'PCMU' : 'L16',
          sample_rate: sampleRate,
          channels: 1,
        },
        custom_parameters: customParameters,
      }
    }
    return {
      accountSid,
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: {
        encoding: encoding === 'mulaw' ? 'audio/x-mulaw' : 'audio/x-L16',
        sampleRate,
        channels: 1,
      },
      ...(twilio || Object.keys(customParameters).length > 0 ? { customParameters } : {}),
    }
  }

  return {
    connected: () =>
      JSON.stringify(
        telnyx
          ? { event: 'connected', version: '1.0.0' }
          : { event: 'connected', protocol: 'Call', version: twilio ? '1.0.0' : '0.2.0' },
      ),
    start: customParameters => say('start', { start: startOf(customParameters) }),
    media(payload, timestampMs) {
      chunk += 1
      const timestamp = String(timestampMs)
      return say('media', { media: { track: 'inbound', chunk: String(chunk), timestamp, payload } })
    },
    dtmf: digit =>
      say('dtmf', {
        dtmf: twilio ? { track: 'inbound_track', digit } : telnyx ? { digit } : { digit, duration: 120 },
      }),
    mark: name => say('mark', { mark: { name } }, { sequence: twilio, stream: twilio }),
    stop: () => say('stop', twilio ? { stop: { accountSid, callSid } } : {}),
  }
}
