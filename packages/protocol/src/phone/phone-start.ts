/** What the first messages of a stream say, whoever wrote them. */
import { type PhoneConnected, type PhoneStart, phoneStreamOf } from './carrier-messages.js'
import { defaultPhoneFormat, type PhoneFormat } from './phone-format.js'

/** Whose manner of writing: a far end that is none of them is taken for the one whose messages it fits. */
export type PhoneDialect = 'twilio' | 'signalwire' | 'telnyx'

export interface PhoneStartFacts {
  readonly dialect: PhoneDialect
  /** The carrier's id of the stream. */
  readonly streamSid: string
  /** The carrier's id of the call; at Telnyx its `call_control_id`. */
  readonly callSid?: string
  readonly accountSid?: string
  readonly format: PhoneFormat
  /** What `<Parameter>`s brought, but for `token`. */
  readonly parameters: Readonly<Record<string, string>>
}

/** `token` is apart so that it goes no further than to whoever checks it. */
export function readPhoneStart(
  message: PhoneStart,
  connected: PhoneConnected | undefined,
): { readonly facts: PhoneStartFacts; readonly token: string | undefined } {
  const { start } = message
  const callSid = start.callSid ?? start.call_control_id
  const accountSid = start.accountSid ?? start.user_id
  const { token, ...parameters } = start.customParameters ?? start.custom_parameters ?? {}
  const facts = {
    dialect: dialectOf(message, connected),
    streamSid: phoneStreamOf(message),
    format: start.mediaFormat ?? start.media_format ?? defaultPhoneFormat,
    parameters,
    ...(callSid === undefined ? {} : { callSid }),
    ...(accountSid === undefined ? {} : { accountSid }),
  }
  return { facts, token }
}

function dialectOf(message: PhoneStart, connected: PhoneConnected | undefined): PhoneDialect {
  const { start } = message
  if (message.stream_id ?? start.media_format ?? start.call_control_id) return 'telnyx'
  if (connected?.version?.startsWith('0.')) return 'signalwire'
  return message.streamSid === undefined ? 'signalwire' : 'twilio'
}
