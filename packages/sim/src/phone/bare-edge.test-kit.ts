/** The bare edge under virtual time: a line on which a test writes what it likes, and a session that notes what it is told. */
import { type CloseReason, noSteering } from '@parley/core'
import {
  defaultPhoneLimits,
  type PhoneLimits,
  type PhoneOpenRequest,
  type PhoneSocketOptions,
  servePhoneSocket,
} from '@parley/transports'
import { VirtualClock } from '../virtual-clock.js'
import { createMemoryLine } from './phone-line.js'

export interface BareEdgeOptions extends Pick<Partial<PhoneSocketOptions>, 'byteOrder'> {
  readonly limits?: Partial<PhoneLimits>
  readonly resumable?: boolean
  /** How long identity and session take, ms. Default: no time. */
  readonly identifyMs?: number
  readonly openMs?: number
}

export function bareEdge(options: BareEdgeOptions = {}) {
  const { limits, resumable = false, identifyMs = 0, openMs = 0, byteOrder = 'little' } = options
  const clock = new VirtualClock()
  const line = createMemoryLine()
  const closes: { code: number; reason: string }[] = []
  const warnings: string[] = []
  const told: CloseReason[] = []
  const asked: PhoneOpenRequest[] = []
  const heard: { readonly atMs: number; readonly samples: Int16Array }[] = []
  const sleep = (ms: number) => (ms === 0 ? Promise.resolve() : clock.sleep(ms))
  line.carrier.onClose((code, reason) => closes.push({ code, reason }))
  servePhoneSocket({
    socket: line.gateway,
    async identify() {
      await sleep(identifyMs)
      return { principal: { tenant: 'acme', subject: 'ada' } }
    },
    host: {
      async open(request) {
        asked.push(request)
        await sleep(openMs)
        request.transport.open({
          steering: noSteering,
          audio: ({ atMs, samples }) => heard.push({ atMs, samples: samples.slice() }),
          interrupt: () => undefined,
          commit: () => {},
          text: () => {},
          dtmf: () => {},
          played: () => {},
          closed: reason => told.push(reason),
        })
        const facts = { agent: 'a', language: 'en', recogniser: null, voice: null }
        return { session: 'ses_1', resumeToken: 't', resumed: false, resumable, ...facts }
      },
    },
    byteOrder,
    clock,
    log: { info: () => {}, warn: (_, message) => void warnings.push(message) },
    limits: { ...defaultPhoneLimits, ...limits },
  })
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }
  const start = JSON.stringify({ event: 'start', streamSid: 'MZ1', start: { mediaFormat } })
  const send = (text: string) => line.carrier.send(text)
  return { clock, line, closes, warnings, told, asked, heard, start, send }
}
