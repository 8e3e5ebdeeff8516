/** The voice socket at the door: its own path, and the one that web voice services use. */

import {
  defaultVoiceLimits,
  serveVoiceSocket,
  type VoiceSocket,
  type VoiceSocketOptions,
} from '@parley/transports'
import type { Door } from '../door/routes.js'
import { LISTEN_RATE } from './begin-session.js'

const voicePaths = ['/v1/voice', '/voice-ws']

type Parts = Omit<VoiceSocketOptions, 'socket' | 'principal' | 'limits' | 'listenRate'>

export interface AttachedVoiceSocket {
  announceDraining(ms: number): void
}

export function attachVoiceSocket(door: Pick<Door, 'routes'>, parts: Parts): AttachedVoiceSocket {
  const sockets = new Set<VoiceSocket>()
  for (const path of voicePaths) {
    door.routes.set(path, {
      scope: 'talk',
      protocols: ['parley.v1'],
      handle(socket, _request, principal) {
        const served = serveVoiceSocket({
          ...parts,
          ...{ socket, principal, limits: defaultVoiceLimits, listenRate: LISTEN_RATE },
        })
        sockets.add(served)
        socket.once('close', () => sockets.delete(served))
      },
    })
  }
  return {
    announceDraining(ms) {
      for (const socket of sockets) socket.announceDraining(ms)
    },
  }
}
