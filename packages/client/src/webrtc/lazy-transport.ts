/**
 * The way to the gateway that a page chose, in the place of the environment's socket. What WebRTC needs is only loaded
 * by pages that use it.
 */
import { ClientError } from '../client-error.js'
import type { Environment } from '../environment.js'
import type { VoiceClientOptions } from '../voice-types.js'
import { createCarriedSocket } from './carried-socket.js'
import type { ChooseSocket } from './choose-socket.js'
import type { TookTransport } from './webrtc-types.js'

/** As of a socket that cannot be made. */
const LOST_CODE = 1006

export function withTransport(
  options: Pick<VoiceClientOptions, 'transport' | 'webrtc' | 'encryption' | 'gatewayKey'>,
  environment: Environment,
  onTook: (took: TookTransport) => void,
): Environment {
  const { transport = 'websocket', webrtc = {}, gatewayKey, encryption = gatewayKey !== undefined } = options
  // A track cannot be sealed by the keys of the messages.
  if (encryption && transport === 'webrtc')
    throw new ClientError('bad-option', '`encryption` is for the WebSocket; leave out `transport`.')
  if (encryption || transport === 'websocket') return environment
  let loading: Promise<ChooseSocket> | undefined

  async function load(): Promise<ChooseSocket> {
    const surroundings = environment.rtc?.()
    if (surroundings === undefined) throw new ClientError('unsupported')
    const { createSocketChoice } = await import('./choose-socket.js')
    return createSocketChoice({
      transport: transport === 'webrtc' ? 'webrtc' : 'auto',
      webrtc,
      openWebSocket: environment.openSocket,
      onTook,
      surroundings,
    })
  }

  return {
    ...environment,
    openSocket(url, protocols) {
      const carried = createCarriedSocket()
      loading ??= load()
      loading.then(
        choose => choose(carried, url, protocols),
        () => {
          // Another try loads again.
          loading = undefined
          carried.lose(LOST_CODE, 'WebRTC did not load')
        },
      )
      return carried.socket
    },
  }
}
