import type { WebSocket } from 'ws'

/** Whether a socket is read: not while anybody has a reason against it. */
export interface ReadingGate {
  shut(reason: string): void
  open(reason: string): void
}

export function createReadingGate(socket: Pick<WebSocket, 'pause' | 'resume'>): ReadingGate {
  const reasons = new Set<string>()
  return {
    shut(reason) {
      if (reasons.size === 0) socket.pause()
      reasons.add(reason)
    },
    open(reason) {
      if (reasons.delete(reason) && reasons.size === 0) socket.resume()
    },
  }
}
