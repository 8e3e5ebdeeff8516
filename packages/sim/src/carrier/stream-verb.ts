/**
 * `<Connect><Stream>`: the call's sound goes to a socket of the customer's until that closes, dies, or the call goes on
 * elsewhere. Whatever ended it, a call that still lives goes on at the `action`, else at the next verb.
 */

import type { PhoneLine } from '../phone/phone-line.js'
import { SimPhone } from '../phone/sim-phone.js'
import { askCustomer } from './ask-customer.js'
import { parametersOf } from './carrier-world.js'
import type { Verb } from './document.js'
import { LINE_FRAME, LINE_FRAME_MS } from './party.js'
import { actionOf, goTo, type Next, next, type Running } from './run-program.js'
import { signRequest } from './signature.js'
import { quiet } from './sounds.js'
import { keepHeard } from './switchboard.js'
import { tapLine } from './tap-line.js'

export async function streamVerb(running: Running, connect: Verb): Promise<Next> {
  const { world, leg, signal } = running
  const verb = connect.children.find(({ name }) => name === 'Stream')
  if (verb === undefined) {
    world.complain(`${leg.sid}: <Connect> without <Stream>`)
    return next
  }
  const sid = world.newId('MZ')
  const problem = problemOf(running, verb)
  const line = problem === undefined ? await open(running, verb) : undefined
  if (signal.aborted) {
    line?.close(1000)
    return next
  }
  if (line === undefined) {
    const error = problem ?? 'connection refused'
    world.note(leg, 'error', `31920 ${error}`)
    tell(running, verb, sid, { StreamEvent: 'stream-error', StreamError: error })
    return actionOf(running, connect, { StreamSid: sid })
  }
  tell(running, verb, sid, { StreamEvent: 'stream-started' })
  const closed = await talk(running, verb, { sid, line })
  tell(running, verb, sid, { StreamEvent: 'stream-stopped' })
  if (signal.aborted) return next
  world.note(leg, 'stream-over', `${closed.code} ${closed.reason}`.trim())
  return actionOf(running, connect, { StreamSid: sid })
}

function problemOf({ world, leg }: Running, { attributes }: Verb): string | undefined {
  const { url = '' } = attributes
  if (!URL.canParse(url)) return 'invalid_url'
  const { protocol, search, hostname } = new URL(url)
  const loopback = /^(127\.|localhost$|\[::1\]$)/.test(hostname)
  if (protocol !== 'wss:' && !(protocol === 'ws:' && loopback)) {
    world.complain(`${leg.sid}: the stream's address is not wss`)
    return 'invalid_url'
  }
  if (search === '') return undefined
  world.complain(`${leg.sid}: the stream's address has a query`)
  return 'invalid_url'
}

async function open({ world, signal }: Running, { attributes }: Verb): Promise<PhoneLine | undefined> {
  const { url = '', authBearerToken } = attributes
  const header = world.dialect === 'twilio' ? 'x-twilio-signature' : 'x-signalwire-signature'
  const headers = {
    [header]: signRequest(world.signingKey, url, []),
    ...(authBearerToken === undefined ? {} : { authorization: `Bearer ${authBearerToken}` }),
  }
  try {
    return await world.connect({ url, headers }, signal)
  } catch {
    return undefined
  }
}

interface Stream {
  readonly sid: string
  readonly line: PhoneLine
}

async function talk(running: Running, verb: Verb, { sid, line }: Stream) {
  const { world, leg, signal } = running
  const { party } = leg
  const { networkMs = 0, keepHeardMs = 60_000 } = world.options
  const parameters = verb.children
    .filter(({ name }) => name === 'Parameter')
    .map(({ attributes }) => [attributes.name ?? '', attributes.value ?? ''] as const)
  const lost = () => party.network.lossPercent > 0 && world.random() * 100 < party.network.lossPercent
  const silent = new Int16Array(LINE_FRAME)
  let cleared = 0
  world.note(leg, 'stream', sid)
  const phone: SimPhone = new SimPhone({
    clock: world.clock,
    line: tapLine(line, news => {
      party.told?.(news)
      if (news.kind === 'mark') world.note(leg, 'mark', news.name)
    }),
    dialect: world.dialect,
    accountSid: world.account,
    streamSid: sid,
    callSid: leg.sid,
    customParameters: Object.fromEntries(parameters),
    uplinkMs: networkMs,
    downlinkMs: networkMs,
    jitterMs: () => world.random() * party.network.jitterMs,
    keepMs: LINE_FRAME_MS,
    onHeard(frame) {
      party.hear(lost() ? silent : frame.samples)
      keepHeard(leg, frame.samples, keepHeardMs)
      const said = party.speak(frame.atMs)
      if (said !== undefined) void phone.say(said)
      if (lost()) phone.lose(LINE_FRAME_MS)
      party.buffered?.(frame.bufferedMs)
      for (; cleared < phone.clears.length; cleared++) {
        const { bytes = 0 } = phone.clears[cleared] ?? {}
        party.told?.({ kind: 'clear', bytes })
        world.note(leg, 'clear', `${bytes} bytes`)
      }
    },
  })
  leg.circuit = { key: digit => phone.dtmf(digit) }
  party.told?.({ kind: 'stream', on: true })
  const stop = () => phone.hangUp()
  signal.addEventListener('abort', stop, { once: true })
  const closed = await phone.ended()
  signal.removeEventListener('abort', stop)
  party.told?.({ kind: 'stream', on: false })
  if (!signal.aborted) leg.circuit = quiet
  return closed
}

function tell(running: Running, verb: Verb, sid: string, parameters: Record<string, string>): void {
  const { world, leg } = running
  const { statusCallback, statusCallbackMethod, name = sid } = verb.attributes
  if (statusCallback === undefined) return
  const target = goTo(running, statusCallback, statusCallbackMethod)
  if (target.kind !== 'goto') return
  const order = {
    kind: 'callback' as const,
    url: target.url,
    method: target.method,
    parameters: {
      AccountSid: parametersOf(world, leg).AccountSid ?? '',
      CallSid: leg.sid,
      StreamSid: sid,
      StreamName: name,
      Timestamp: new Date(world.epochMs()).toISOString(),
      ...parameters,
    },
  }
  void askCustomer(world, leg, order, world.closing)
}
