/** How this gateway writes to a carrier: with the id of the stream, or, to Telnyx, without. */
import type { PhoneDialect, PhoneGatewayMessage, TelnyxGatewayMessage } from '@parley/protocol'

export interface PhoneSpeech {
  /** Base64 needs no escapes, and a frame leaves 50 times a second: written by hand. */
  media(payload: string): string
  mark(name: string): string
  clear(): string
  /** Undefined where the carrier takes no keys as messages. */
  readonly key: ((digit: string) => string) | undefined
}

export function createPhoneSpeech(dialect: PhoneDialect, streamSid: string): PhoneSpeech {
  const stream = dialect === 'telnyx' ? '' : `"streamSid":${JSON.stringify(streamSid)},`
  const mediaHead = `{"event":"media",${stream}"media":{"payload":"`
  const write: (message: PhoneGatewayMessage | TelnyxGatewayMessage) => string = JSON.stringify
  const named = dialect === 'telnyx' ? {} : { streamSid }
  return {
    media: payload => `${mediaHead}${payload}"}}`,
    mark: name => write({ event: 'mark', ...named, mark: { name } }),
    clear: () => write({ event: 'clear', ...named }),
    key: dialect === 'signalwire' ? digit => write({ event: 'dtmf', streamSid, dtmf: { digit } }) : undefined,
  }
}
