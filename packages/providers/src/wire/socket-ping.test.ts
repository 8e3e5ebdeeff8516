import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { openSocket } from './socket.js'

describe('an idle socket that is asked for signs of life', () => {
  let close = () => {}
  afterEach(() => close())

  async function connect(autoPong: boolean) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong })
    await once(server, 'listening')
    const clock = new VirtualClock()
    const lost: ParleyError[] = []
    let onMark = () => {}
    const connection = once(server, 'connection') as Promise<[WebSocket]>
    const opened = new Promise<void>(onOpen => {
      const socket = openSocket({
        vendor: 'Vendor',
        url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
        clock,
        epochMs: () => 0,
        connectTimeoutMs: 1_000,
        pingEveryMs: 25_000,
        onOpen,
        onText: () => onMark(),
        onLost: error => lost.push(error),
      })
      close = () => {
        socket.close()
        for (const client of server.clients) client.terminate()
        server.close()
      }
    })
    const [far] = await connection
    await opened
    /** What the far end sends after it has answered arrives after the answer. */
    const answered = () =>
      new Promise<void>(resolve => {
        onMark = resolve
        far.send('mark')
      })
    return { clock, lost, far, answered }
  }

  it('stays while it answers', async () => {
    const { clock, lost, far, answered } = await connect(true)
    for (let beat = 0; beat < 4; beat++) {
      const asked = once(far, 'ping')
      await clock.advance(25_000)
      await asked
      await answered()
    }
    expect(lost).toEqual([])
  })

  it('counts as broken when it does not', async () => {
    const { clock, lost, far } = await connect(false)
    const gone = once(far, 'close')
    await clock.advance(25_000)
    expect(lost).toEqual([])
    await clock.advance(25_000)
    expect(lost).toMatchObject([{ code: 'provider_failed', retryable: true, details: { closeCode: 1006 } }])
    await gone
    expect(clock.pending).toBe(0)
  })
})
