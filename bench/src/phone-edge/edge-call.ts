/** A call at the phone edge over a line in memory: what the carrier writes goes in as bytes, what the edge writes is counted. */
import type { AudioFrame } from '@parley/audio'
import { noSteering, type ReplyId, systemClock, type Transport } from '@parley/core'
import { type CarrierSpeech, createCarrierSpeech, type PhoneSoundFormat } from '@parley/sim'
import { defaultPhoneLimits, type PhoneSocket, servePhoneSocket } from '@parley/transports'

export interface EdgeCall {
  /** As the call's carrier writes. */
  readonly speech: CarrierSpeech
  readonly transport: Transport
  /** One message of the carrier. */
  carry(bytes: Buffer): void
  /** Messages with marks that the edge wrote since the last call of this. */
  takeMarks(): readonly string[]
  /** Text that the edge wrote, bytes. */
  readonly sentBytes: number
  /** Sound that came through, ms. */
  readonly heardMs: number
  hangUp(): void
}

/** Time does not pass as sound does here: nothing may be refused for coming too fast. */
const limits = {
  ...defaultPhoneLimits,
  messagesPerSecond: 1e9,
  messageBurst: 1e9,
  audioBurstMs: 1e12,
}

export async function openEdgeCall(format: PhoneSoundFormat): Promise<EdgeCall> {
  let receive: (bytes: Buffer, isBinary: boolean) => void = () => {}
  let gone: (code: number) => void = () => {}
  let transport: Transport | undefined
  let marks: string[] = []
  let sentBytes = 0
  let heardMs = 0
  const heard = ({ samples, rate }: AudioFrame): void => {
    heardMs += (samples.length * 1000) / rate
  }

  const socket: PhoneSocket = {
    bufferedAmount: 0,
    send(text) {
      sentBytes += text.length
      if (text.startsWith('{"event":"mark"')) marks.push(text)
    },
    close: code => gone(code),
    terminate: () => gone(1006),
    on(event: string, listener: (...given: never[]) => void) {
      if (event === 'message') receive = listener as typeof receive
      if (event === 'close') gone = listener as typeof gone
    },
  }
  const opened = new Promise<void>((resolve, reject) => {
    servePhoneSocket({
      socket,
      identify: async () => ({ principal: { tenant: 'bench', subject: 'bench' } }),
      host: {
        async open(request) {
          transport = request.transport
          request.transport.open({
            steering: noSteering,
            audio: heard,
            interrupt: () => undefined,
            commit() {},
            text() {},
            dtmf() {},
            played() {},
            closed() {},
          })
          setImmediate(resolve)
          const facts = { agent: 'a', language: 'en', recogniser: null, voice: null }
          return { session: 'ses_bench', resumeToken: 't', resumed: false, ...facts }
        },
      },
      clock: systemClock,
      log: { info() {}, warn: (facts, message) => reject(new Error(message, { cause: facts })) },
      limits,
    })
  })
  const speech = createCarrierSpeech({
    dialect: format.encoding === 'mulaw' ? 'twilio' : 'signalwire',
    streamSid: 'MZ00000000000000000000000000000000',
    callSid: 'CA00000000000000000000000000000000',
    format,
  })
  receive(Buffer.from(speech.connected()), false)
  receive(Buffer.from(speech.start({})), false)
  await opened
  if (transport === undefined) throw new Error('no session was opened')

  return {
    speech,
    transport,
    carry: bytes => receive(bytes, false),
    takeMarks() {
      const taken = marks
      marks = []
      return taken
    },
    get sentBytes() {
      return sentBytes
    },
    get heardMs() {
      return heardMs
    },
    hangUp: () => gone(1000),
  }
}

/** The reply of a call: one that never ends. */
export const benchReply = 'rpl_1' as ReplyId
