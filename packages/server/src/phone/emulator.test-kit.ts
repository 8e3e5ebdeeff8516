/** A phone emulator with a gateway of a few lines behind it, on real sockets: it speaks when a stream begins, and once more when it was spoken to. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeUlaw, sine } from '@parley/audio'
import { systemClock } from '@parley/core'
import { HANDSET_PATH } from '@parley/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { type EmbeddedCarrier, openEmbeddedCarrier } from './embedded-carrier.js'

export const gatewayNumber = '+12025550100'

export interface EmulatorRig {
  readonly carrier: EmbeddedCarrier
  /** Of the handsets. */
  readonly url: string
  /** Asks the carrier for a call. */
  dial(to: string): Promise<{ readonly sid: string }>
  /** Streams that are open. */
  readonly streams: Set<WebSocket>
  close(): Promise<void>
}

const greeting = payloadOf(300)
const answer = payloadOf(200)

export async function startEmulator(): Promise<EmulatorRig> {
  const carrier = await openEmbeddedCarrier({ clock: systemClock })
  const sockets = new WebSocketServer({ noServer: true })
  const streams = new Set<WebSocket>()
  let base = ''
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' })
    response.end(
      `<Response><Connect><Stream url="${base.replace('http', 'ws')}/stream"/></Connect><Hangup/></Response>`,
    )
  })
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, upgraded => {
      if (request.url === HANDSET_PATH) return carrier.attachHandset(upgraded)
      streams.add(upgraded)
      upgraded.on('close', () => streams.delete(upgraded))
      converse(upgraded)
    }),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  carrier.serve(gatewayNumber, { voiceUrl: `${base}/voice` })
  return {
    carrier,
    streams,
    url: `${base.replace('http', 'ws')}${HANDSET_PATH}`,
    async dial(to) {
      const { account, authToken, baseUrl } = carrier
      const response = await fetch(`${baseUrl}/2010-04-01/Accounts/${account}/Calls.json`, {
        method: 'POST',
        body: new URLSearchParams({ To: to, From: gatewayNumber, Url: `${base}/voice` }),
        headers: { authorization: `Basic ${Buffer.from(`${account}:${authToken}`).toString('base64')}` },
      })
      return (await response.json()) as { sid: string }
    },
    async close() {
      await carrier.close()
      for (const client of sockets.clients) client.terminate()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function converse(socket: WebSocket): void {
  let heard = false
  let streamSid = ''
  const say = (payload: string, name: string) => {
    socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload } }))
    socket.send(JSON.stringify({ event: 'mark', streamSid, mark: { name } }))
  }
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as {
      event: string
      start?: { streamSid: string }
      media?: { payload: string }
      dtmf?: { digit: string }
    }
    if (message.event === 'start') {
      streamSid = message.start?.streamSid ?? ''
      say(greeting, 'greeting')
    }
    if (message.event === 'dtmf' && message.dtmf?.digit === '9') {
      say(payloadOf(2_000), 'long')
      socket.send(JSON.stringify({ event: 'clear', streamSid }))
    }
    // Loud µ-law codes: it was spoken to.
    const loud = Buffer.from(message.media?.payload ?? '', 'base64').some(code => (code & 0x7f) < 0x30)
    if (loud && !heard) {
      heard = true
      say(answer, 'answer')
    }
  })
}

function payloadOf(ms: number): string {
  const samples = sine({ rate: 8_000, durationMs: ms, hz: 440, amplitude: 0.4 })
  return Buffer.from(encodeUlaw(samples)).toString('base64')
}
