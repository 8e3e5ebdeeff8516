/**
 * The way to the gateway that a page chose, in the place of the environment's socket. What WebRTC and Socket.IO
 * need is only loaded by pages that use them.
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
  if (encryption && (transport === 'webrtc' || transport === 'socketio'))
    throw new ClientError('bad-option', '`encryption` is for the WebSocket; leave out `transport`.')
  if (encryption || transport === 'websocket') return environment
  let loading: Promise<ChooseSocket> | undefined

  async function load(): Promise<ChooseSocket> {
    if (transport === 'socketio') return loadBySocketio()
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

  async function loadBySocketio(): Promise<ChooseSocket> {
    const [{ openSocketioSocket }, { loadSocketio }] = await Promise.all([
      import('../socketio/socketio-socket.js'),
      import('../socketio/load-socketio.js'),
    ])
    const connect = await (environment.socketio ?? loadSocketio)()
    return (carried, url, protocols) =>
      carried.carry(openSocketioSocket({ url, protocols, connect }), {
        opened: () => onTook({ took: 'socketio' }),
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
          carried.lose(LOST_CODE, `${transport} did not load`)
        },
      )
      return carried.socket
    },
  }
}
