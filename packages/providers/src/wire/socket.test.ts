import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { openSocket, type SocketOptions } from './socket.js'

describe('a socket to a vendor', () => {
  const http = createServer()
  const server = new WebSocketServer({ noServer: true })
  let far: Promise<WebSocket>
  let refuse: string | undefined
  let url: string
  let told: (string | ParleyError)[]
  const clock = new VirtualClock()

  beforeEach(async () => {
    refuse = undefined
    told = []
    http.removeAllListeners('upgrade')
    http.on('upgrade', (request, connection, head) => {
      if (refuse === 'hang') return
      if (refuse !== undefined) connection.end(refuse)
      else server.handleUpgrade(request, connection, head, socket => server.emit('connection', socket))
    })
    if (!http.listening) await once(http.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/path`
    far = once(server, 'connection').then(([socket]) => socket)
  })
  afterEach(() => {
    for (const socket of server.clients) socket.terminate()
  })

  function open(change: Partial<SocketOptions> = {}) {
    return openSocket({
      vendor: 'Vendor',
      url,
      clock,
      epochMs: () => 0,
      connectTimeoutMs: 1_000,
      onText: text => told.push(text),
      onLost: error => told.push(error),
      ...change,
    })
  }

  async function next(): Promise<string | ParleyError | undefined> {
    while (told.length === 0) await new Promise(resolve => setImmediate(resolve))
    return told.shift()
  }

  it.each([
    ['localhost:8080/path', {}, 'bad_config'],
    ['http://localhost/path', { authorization: 'Bearer one\ntwo' }, 'provider_refused'],
  ])('is lost, and throws nothing, where it cannot be opened at %s', async (address, headers, code) => {
    const socket = open({ url: address, headers })
    expect([socket.state, socket.send('early')]).toEqual(['connecting', true])
    const error = await next()
    expect(error).toMatchObject({ code, retryable: false })
    expect(String(error)).not.toContain('two')
    expect([socket.state, socket.send('late')]).toEqual(['closed', false])
  })

  it('keeps what is sent before it stands, in order', async () => {
    const socket = open()
    expect(socket.send('one')).toBe(true)
    socket.send(Uint8Array.of(1, 2))
    const received: string[] = []
    const other = await far
    other.on('message', (data: Buffer, binary: boolean) =>
      received.push(binary ? data.toString('hex') : data.toString()),
    )
    while (received.length < 2) await new Promise(resolve => setImmediate(resolve))
    expect(received).toEqual(['one', '0102'])
    other.send('hello')
    expect(await next()).toBe('hello')
    expect(clock.pending).toBe(0)
    socket.close()
  })

  it('refuses to hold more than it may', () => {
    const socket = open()
    expect(socket.send(new Uint8Array(4_000_001))).toBe(true)
    expect(socket.send('one more')).toBe(false)
    socket.close()
    expect(socket.send('late')).toBe(false)
    expect(socket.bufferedBytes).toBe(0)
  })

  it('says with what words it was refused', async () => {
    const body = '{"error":{"message":"slow down"}}'
    refuse = `HTTP/1.1 429 No\r\nretry-after: 3\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    open()
    expect(await next()).toMatchObject({
      code: 'provider_limited',
      message: 'Vendor answered 429: slow down',
      details: { status: 429, retryAfterMs: 3_000 },
    })
  })

  it('takes the reason of a refusal from the header that holds it, where the body is empty', async () => {
    refuse = 'HTTP/1.1 400 Bad Request\r\nx-error: No such model.\r\ncontent-length: 0\r\n\r\n'
    open({ reasonHeader: 'x-error' })
    expect(await next()).toMatchObject({
      code: 'provider_rejected',
      message: 'Vendor answered 400: No such model.',
    })
  })

  it('does not wait for ever to be let in', async () => {
    refuse = 'hang'
    open()
    await clock.advance(1_000)
    expect(await next()).toMatchObject({ code: 'timeout' })
  })

  it('tells once why it was lost, and nothing after it was closed', async () => {
    const lost = open()
    const other = await far
    other.close(1011, 'too tired')
    expect(await next()).toMatchObject({ code: 'provider_failed', details: { closeCode: 1011 } })
    expect(lost.state).toBe('closed')
    far = once(server, 'connection').then(([socket]) => socket)
    const closed = open()
    const second = await far
    closed.close()
    second.send('late')
    await once(second, 'close')
    expect(told).toEqual([])
  })

  it('takes bytes that are no WebSocket for a vendor that cannot be reached', async () => {
    refuse = 'SSH-2.0-nothing\r\n'
    open()
    expect(await next()).toMatchObject({ code: 'provider_unreachable' })
  })
})
