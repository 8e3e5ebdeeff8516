/**
 * The engine inside a whole session: the voice detector listens to all that the caller sends, and playout paces the
 * answer. Only the wire to the caller and the store are left out. Nobody may interrupt, so that the answer goes on.
 */

import { gateVoice, loadResampling } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import {
  createTicker,
  createVoiceEar,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Inbox,
  Session,
  type SessionId,
  systemClock,
  type Transport,
  turnTaking,
} from '@parley/core'
import { countingIds } from '@parley/sim'
import { type OpenClient, RATE } from './clients.js'
import { parleyEngine } from './parley-engine.js'

/** As a gateway listens. */
const LISTEN_RATE = 16_000
/** As the voice socket sends. */
const AHEAD_MS = 200

const BEGIN_MS = 1_000

const activity = await loadVoiceActivity()
const resampling = await loadResampling()
const ticker = createTicker(systemClock)
const ids = countingIds()

export const openSession: OpenClient = async (url, heard) => {
  let inbox: Inbox | undefined
  const transport: Transport = {
    aheadMs: AHEAD_MS,
    pathMs: 0,
    reportsPlayed: false,
    rewinds: false,
    outputRate: RATE,
    open: given => {
      inbox = given
    },
    play: ({ samples }) => heard(samples),
    clear: () => {},
    duck: () => {},
    send: () => {},
    close: () => {
      inbox = undefined
    },
  }
  const detector = activity.open(LISTEN_RATE)
  const session = new Session({
    id: ids.next('ses') as SessionId,
    language: 'en',
    engine: parleyEngine(url),
    ear: createVoiceEar(gateVoice(detector)),
    listenRate: LISTEN_RATE,
    outputRate: RATE,
    resampling,
    policy: {
      ...defaultTurnPolicy,
      bargeIn: 'none',
      speculation: { perTurn: 0, wastedMsPerMinute: 0 },
    },
    turnTaking: policy => turnTaking(policy, 'en'),
    limits: defaultSessionLimits,
    opens: false,
    journal: { write: async () => {} },
    taps: [],
    clock: systemClock,
    ticker,
    ids,
  })
  await session.start(transport)
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: new Int16Array(0),
    rate: RATE,
    atMs: 0,
  }
  return {
    send(samples) {
      // Sound that is late stays late in a line that leaves nothing out: the answer begins once all have warmed up.
      if (frame.atMs === BEGIN_MS) inbox?.text('begin')
      frame.samples = samples
      inbox?.audio(frame)
      frame.atMs += 20
    },
    async close() {
      await session.end('client')
      detector.close()
    },
  }
}
