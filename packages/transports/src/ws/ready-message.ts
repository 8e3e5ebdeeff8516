/** What the far end is told first, of the session and of how its sound goes. */
import { defined } from '@parley/core'
import { type Ready, VOICE_PROTOCOL_VERSION } from '@parley/protocol'
import type { SessionOnLeg } from './open-session.js'
import { defaultOpusManner, type OpusManner } from './opus-manner.js'

export function readyMessage(
  { leg, opened }: SessionOnLeg,
  opusManner: OpusManner = defaultOpusManner,
): Ready {
  const { input, output, lookaheadMs } = leg
  const { packetMs, bitrate } = opusManner
  const isOpus = [input, output].some(({ codec }) => codec === 'opus')
  return {
    type: 'ready',
    version: VOICE_PROTOCOL_VERSION,
    ...factsOf(opened),
    input,
    output,
    ...(isOpus ? { opus: { packetMs, bitrate, lookaheadMs } } : {}),
  }
}

function factsOf({ seat, ...opened }: SessionOnLeg['opened']) {
  const { session, resumeToken, resumed, agent, language, recogniser, voice, receivedMs } = opened
  const device = seat === undefined ? {} : { device: seat.id, role: seat.role }
  return {
    ...{ session, resumeToken, resumed, ...device, agent, language, recogniser, voice },
    ...defined({ receivedMs }),
  }
}
