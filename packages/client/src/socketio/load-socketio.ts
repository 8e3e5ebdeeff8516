/** Loads the library, and connects by it without tries of its own: when to try again is the client's to say. */
import type { Socket } from 'socket.io-client'

export type SocketioConnect = (origin: string, token: string | undefined) => Socket

export async function loadSocketio(): Promise<SocketioConnect> {
  const { io } = await import('socket.io-client')
  return (origin, token) =>
    io(origin, {
      transports: ['websocket', 'polling'],
      reconnection: false,
      forceNew: true,
      auth: token === undefined ? {} : { token },
    })
}
