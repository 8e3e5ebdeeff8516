/**
 * Steps as a document: TwiML, and cXML, which is the same with more attributes on a stream. What the carrier would refuse in
 * the middle of a call is refused here, before it is sent. Source: the sheet of media streams, sections 2 and 5.
 */

import { ParleyError } from '@parley/core'
import type { CallStep } from './carrier.js'
import { fitsXml, type XmlElement, xmlDocument } from './xml.js'

export interface Dialect {
  /** More attributes of every stream; `codec`, `realtime`, `authBearerToken`. */
  readonly stream?: Readonly<Record<string, string>>
}

type Step<Name extends CallStep['step']> = Extract<CallStep, { readonly step: Name }>

/** Of a parameter, name and value together. */
const PARAMETER_CHARACTERS = 500

/** @throws ParleyError `bad_message` for what no carrier takes */
export function callDocument(steps: readonly CallStep[], dialect: Dialect = {}): string {
  return xmlDocument({ name: 'Response', children: steps.map((step, index) => verb(step, index, dialect)) })
}

function verb(step: CallStep, index: number, dialect: Dialect): XmlElement {
  switch (step.step) {
    case 'stream':
      return stream(step, dialect)
    case 'say':
      return say(step)
    case 'play':
      return { name: 'Play', attributes: { loop: step.times }, children: [step.url] }
    case 'pause':
      return { name: 'Pause', attributes: { length: step.seconds } }
    case 'dial':
      return dial(step)
    case 'conference':
      return conference(step)
    case 'gather':
      return gather(step)
    case 'digits':
      return { name: 'Play', attributes: { digits: keys(step.digits) } }
    case 'redirect':
      return { name: 'Redirect', attributes: { method: 'POST' }, children: [step.url] }
    case 'reject':
      if (index > 0) throw bad('A call is rejected by the first step or not at all.')
      return { name: 'Reject', attributes: { reason: step.reason } }
    case 'hang-up':
      return { name: 'Hangup' }
    default:
      return step satisfies never
  }
}

function stream({ url, parameters, statusUrl }: Step<'stream'>, { stream: more }: Dialect): XmlElement {
  checkStreamUrl(url)
  const children = Object.entries(parameters).map(([name, value]) => parameter(name, value))
  const status = statusUrl === undefined ? {} : { statusCallback: statusUrl, statusCallbackMethod: 'POST' }
  return {
    name: 'Connect',
    children: [{ name: 'Stream', attributes: { url, ...status, ...more }, children }],
  }
}

/** `ws://` only on this machine: a carrier never takes it, an emulator does. @throws ParleyError `bad_message` */
export function checkStreamUrl(url: string): void {
  const { protocol, hostname, search, hash } = URL.canParse(url) ? new URL(url) : nothing
  const near = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol !== 'wss:' && !(protocol === 'ws:' && near))
    throw bad('A media stream needs an address that begins with wss://; check PARLEY_PUBLIC_URL.')
  if (search !== '' || hash !== '' || url.includes('?'))
    throw bad('The address of a media stream takes no query; use parameters.')
}

const nothing = { protocol: '', hostname: '', search: '', hash: '' }

function parameter(name: string, value: string): XmlElement {
  const length = name.length + value.length
  if (name === '' || length >= PARAMETER_CHARACTERS)
    throw bad(
      `The parameter ${name.slice(0, 40)} has ${length} characters with its name; a carrier takes fewer than ${PARAMETER_CHARACTERS}.`,
    )
  if (!fitsXml(name + value))
    throw bad(`The parameter ${name.slice(0, 40)} has characters that no document can hold.`)
  return { name: 'Parameter', attributes: { name, value } }
}

function say({ text, language }: Pick<Step<'say'>, 'text' | 'language'>): XmlElement {
  return { name: 'Say', attributes: { language }, children: [text] }
}

function dial({ to, from, ringSeconds, thenUrl, whisperUrl }: Step<'dial'>): XmlElement {
  return {
    name: 'Dial',
    attributes: {
      answerOnBridge: 'true',
      callerId: from === '' ? undefined : from,
      timeout: ringSeconds,
      action: thenUrl,
      method: 'POST',
    },
    children: [
      {
        name: /^sips?:/i.test(to) ? 'Sip' : 'Number',
        attributes: whisperUrl === undefined ? {} : { url: whisperUrl, method: 'POST' },
        children: [to],
      },
    ],
  }
}

function conference({ room, holdUrl, ends, thenUrl }: Step<'conference'>): XmlElement {
  return {
    name: 'Dial',
    attributes: thenUrl === undefined ? {} : { action: thenUrl, method: 'POST' },
    children: [
      {
        name: 'Conference',
        attributes: {
          beep: 'false',
          startConferenceOnEnter: 'true',
          endConferenceOnExit: String(ends),
          waitUrl: holdUrl,
          ...(holdUrl === undefined ? {} : { waitMethod: 'POST' }),
        },
        children: [room],
      },
    ],
  }
}

function gather({ digits, seconds, say: text, language, thenUrl }: Step<'gather'>): XmlElement {
  return {
    name: 'Gather',
    attributes: {
      input: 'dtmf',
      numDigits: digits,
      timeout: seconds,
      // Without it a caller who presses nothing never comes back to us.
      actionOnEmptyResult: 'true',
      action: thenUrl,
      method: 'POST',
    },
    children: text === undefined ? [] : [say({ text, language })],
  }
}

function keys(digits: string): string {
  if (!/^[0-9*#wW]{1,64}$/.test(digits)) throw bad('Keys are 1 to 64 of 0–9, *, # and w for half a second.')
  return digits
}

function bad(message: string): ParleyError {
  return new ParleyError('bad_message', message)
}
