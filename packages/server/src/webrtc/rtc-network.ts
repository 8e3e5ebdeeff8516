import type { RtcNetwork } from '@parley/transports'
import { portRangeOf } from '../config/kinds.js'
import type { Config } from '../config/settings.js'
import { ownIceServers } from './ice-servers.js'

/** The UDP side of this gateway, as its settings say. */
export function networkOf(config: Pick<Config, 'webrtcPorts' | 'webrtcAddress' | 'iceServers'>): RtcNetwork {
  const { webrtcPorts, webrtcAddress } = config
  const portRange = webrtcPorts === undefined ? undefined : portRangeOf(webrtcPorts)
  return {
    iceServers: ownIceServers(config),
    ...(portRange === undefined ? {} : { portRange }),
    ...(webrtcAddress === undefined ? {} : { advertisedAddress: webrtcAddress }),
  }
}
