/** One output of a simulated socket when it is due, or the fault that strikes instead of it, in Deepgram's words. */

import type { SimPace } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimFault } from '../vendor-sim.js'

interface Wording {
  readonly code: string
  readonly description: string
  readonly closeCode: number
}

const wordings: Readonly<Partial<Record<SimFault['kind'], Wording>>> = {
  limited: {
    code: 'TOO_MANY_REQUESTS',
    description: 'Too many requests. Please try again later.',
    closeCode: 1008,
  },
  unauthorised: { code: 'INVALID_AUTH', description: 'Invalid credentials.', closeCode: 1008 },
  failing: { code: 'NET-0000', description: 'Internal server error.', closeCode: 1011 },
  expired: { code: 'NET-0002', description: 'The session reached its longest time.', closeCode: 1011 },
}

export interface Giving {
  readonly socket: SimSocket
  readonly pace: SimPace
  /** Says a fault as a message before the close, where the protocol has one for it. */
  readonly tell?: ((code: string, description: string) => void) | undefined
  /** Ends the waiting without output: what was to be given is not wanted any more. */
  readonly signal?: AbortSignal
}

/** True if the output was given. */
export async function give(giving: Giving, send: () => void): Promise<boolean> {
  const { socket, pace, signal = socket.signal } = giving
  const fault = await pace.next(signal)
  if (socket.signal.aborted || signal.aborted) return false
  if (fault === undefined) {
    send()
    return true
  }
  if (!socket.fail(fault)) endWith(giving, wordings[fault.kind])
  return false
}

function endWith({ socket, tell }: Giving, wording: Wording | undefined): void {
  if (wording === undefined) return
  tell?.(wording.code, wording.description)
  socket.close(wording.closeCode, `${wording.code}: ${wording.description}`)
}
