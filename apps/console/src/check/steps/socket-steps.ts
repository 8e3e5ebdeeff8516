/** The two edges over TCP: whether a WebSocket opens, and a Socket.IO round trip with its jitter. */
import { SocketClient } from '@parley/client'
import { bad, type CheckWorld, good, note, type Outcome } from '../check-types.js'
import { spread } from '../spread.js'
import { LATE, within } from '../within.js'

const OPEN_MS = 8_000
const PINGS = 12
/** Above it people talk over each other (ITU-T G.114 names 150 ms one way). */
const LONG_MS = 300

/** Opens a socket and says nothing on it, so that no conversation begins. */
export async function checkWebSocket({ origin, token, signal }: CheckWorld): Promise<Outcome> {
  const beganMs = performance.now()
  const protocols = ['parley.v1', ...(token === '' ? [] : [`bearer.${token}`])]
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/voice`, protocols)
  const opened = new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onclose = ({ code }) => reject(code)
  })
  try {
    await within(OPEN_MS, signal, opened)
    return good('websocket-good', { ms: Math.round(performance.now() - beganMs) })
  } catch (thrown) {
    return bad(thrown === LATE ? 'websocket-late' : 'websocket-refused')
  } finally {
    socket.onclose = null
    socket.close()
  }
}

export async function checkSocketio({ origin, token, signal }: CheckWorld): Promise<Outcome> {
  const client = new SocketClient({ url: origin, reconnection: false, ...(token === '' ? {} : { token }) })
  try {
    await within(OPEN_MS, signal, client.connect())
    const times: number[] = []
    for (let count = 0; count < PINGS; count++) times.push(await within(OPEN_MS, signal, client.ping()))
    const { median, jitter, most } = spread(times)
    const values = { ms: round(median), jitterMs: round(jitter), mostMs: round(most) }
    return median > LONG_MS ? note('socketio-slow', values) : good('socketio-good', values)
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : ''
    return thrown === LATE ? bad('socketio-late') : bad('socketio-refused', { message })
  } finally {
    client.disconnect()
  }
}

const round = (ms: number) => Math.round(ms * 10) / 10
