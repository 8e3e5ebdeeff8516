import { ParleyError } from '@parley/core'
import type { Socket, SocketOptions } from './socket.js'
import { unsendableError } from './vendor-error.js'

/** What cannot even be tried is lost as everything is: later, once, and not after `close`. */
export function unopenedSocket({ vendor, onLost }: SocketOptions, thrown: unknown): Socket {
  const isHeader = (thrown as { readonly code?: unknown }).code === 'ERR_INVALID_CHAR'
  const error = isHeader
    ? unsendableError(vendor)
    : new ParleyError('bad_config', `${vendor} has an address that is none of a server; check its base URL.`)
  let state: Socket['state'] = 'connecting'
  queueMicrotask(() => {
    if (state === 'closed') return
    state = 'closed'
    onLost(error)
  })
  return {
    get state() {
      return state
    },
    bufferedBytes: 0,
    send: () => state !== 'closed',
    close() {
      state = 'closed'
    },
  }
}
