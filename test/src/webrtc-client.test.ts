/** Our own client in a real browser, over WebRTC and where no UDP gets through. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AudioFrame, loadOpus, loadResampling, sine } from '@parley/audio'
import { createTicker, noSteering, type ReplyId, type SessionEvent, systemClock } from '@parley/core'
import {
  defaultVoiceLimits,
  loadRtcLibrary,
  serveVoiceCall,
  serveVoiceSocket,
  type VoiceHost,
  type VoiceOpenRequest,
} from '@parley/transports'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { browserThatHears } from './support/console-page.js'

const reply = 'rpl_1' as ReplyId
const TOTAL_MS = 600

let browser: Browser
let server: Server
/** Answers without an address of ours, as a firewall would have it. */
let blocked = false
/** Of the session under test. */
let session: { loudest: number; readonly played: number[]; readonly edge: string | undefined }

/** A session that hears, and says a tone once it is spoken to by text. */
async function place({ transport, edge }: VoiceOpenRequest) {
  const mine = { loudest: 0, played: [] as number[], edge }
  session = mine
  const tell = (event: object) => transport.send({ atMs: 0, ...event } as SessionEvent)
  transport.open({
    steering: noSteering,
    audio({ samples }: AudioFrame) {
      for (const sample of samples) mine.loudest = Math.max(mine.loudest, Math.abs(sample))
    },
    interrupt: () => undefined,
    commit() {},
    text() {
      const rate = transport.outputRate
      const tone = sine({ rate, hz: 440, durationMs: TOTAL_MS })
      tell({ kind: 'reply-started', turn: 'trn_1', reply })
      for (let atMs = 0; atMs < TOTAL_MS; atMs += 20) {
        const from = (atMs * rate) / 1000
        transport.play({ samples: tone.subarray(from, from + rate / 50), rate, atMs }, reply)
      }
      tell({ kind: 'reply-sent', reply, totalMs: TOTAL_MS })
    },
    dtmf() {},
    played: (_, ms) => void mine.played.push(ms),
    closed: reason => transport.close(reason),
  })
  const facts = { agent: 'desk', language: 'en', recogniser: null, voice: null }
  return { session: 'ses_1', resumeToken: 'tok_1', resumed: false, ...facts }
}

const host: VoiceHost = { open: place, resume: place }
const log = { info() {}, warn() {} }
const principal = { tenant: 'acme', subject: 'ann' }
const html = `<title>client</title><script type="module">
import * as parley from '/client/index.js'
globalThis.parley = parley</script>`
const clientFolder = new URL('../../packages/client/dist/', import.meta.url)

beforeAll(async () => {
  const [library, opus, resampling] = await Promise.all([loadRtcLibrary(), loadOpus(), loadResampling()])
  const clock = systemClock
  const world = { library, opus, clock, ticker: createTicker(clock), random: Math.random }
  const call = async (offerSdp: string) => {
    const options = { offerSdp, world, resampling, host, log, principal, onEnd() {} }
    const { answerSdp } = await serveVoiceCall(options)
    return blocked ? answerSdp.replace(/^a=candidate:.*\r\n/gm, '') : answerSdp
  }
  server = createServer(async (request, response) => {
    const { method, url = '/' } = request
    if (method === 'POST')
      return response.writeHead(201, { location: '/v1/webrtc/rtc_1' }).end(await call(await text(request)))
    if (url.startsWith('/client/')) {
      const script = await readFile(new URL(url.slice('/client/'.length), clientFolder))
      return response.setHeader('content-type', 'text/javascript').end(script)
    }
    if (url === '/v1/webrtc/ice') return response.end('{"iceServers":[]}')
    return response.setHeader('content-type', 'text/html').end(html)
  }).listen(0, '127.0.0.1')
  const limits = defaultVoiceLimits
  new WebSocketServer({ server, path: '/v1/voice' }).on(
    'connection',
    socket => void serveVoiceSocket({ socket, principal, host, clock, opus, log, limits }),
  )
  await once(server, 'listening')
  browser = await browserThatHears([300, 'en-hello', 300, 'en-info-about-last-call'])
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

async function visit(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return page
}

/** What of `@parley/client` the page uses: it is served as it is built. */
interface ClientModule {
  createVoiceClient(options: object): {
    on(name: 'transport', listener: (took: { took: string; why?: string }) => void): void
    connect(): Promise<{ readonly output: { readonly codec: string } }>
    sendText(text: string): void
  }
  playTrack(client: object, options: { readonly element: HTMLAudioElement }): void
}

/** Runs in the page: a conversation by the client, and which way it took. */
async function talk(webrtc: { readonly fallBackAfterMs?: number }) {
  const { parley } = globalThis as unknown as { parley: ClientModule }
  const { createVoiceClient, playTrack } = parley
  const client = createVoiceClient({
    url: location.origin,
    transport: 'auto',
    webrtc: { ...webrtc, microphone: () => navigator.mediaDevices.getUserMedia({ audio: true }) },
  })
  playTrack(client, { element: new Audio() })
  let took: { took: string; why?: string } | undefined
  client.on('transport', ({ took: way, why }) => {
    took = { took: way, ...(why === undefined ? {} : { why }) }
  })
  const ready = await client.connect()
  client.sendText('Say something.')
  return { took, codec: ready.output.codec }
}

/** Runs in the page: the same by a whole voice, which is told nothing but to take the better way. */
const startVoice = `async webrtc => {
  const voice = parley.createVoice({
    url: location.origin,
    transport: 'auto',
    webrtc,
    workletUrl: '/client/worklet/audio-worklet-processor.js',
    ...{ echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  })
  const spoke = []
  voice.on('speaking', ({ who, on }) => spoke.push(who + ' ' + on))
  Object.assign(globalThis, { voice, spoke })
  await voice.start()
  voice.sendText('Say something.')
  return [voice.snapshot().status, voice.client.transport]
}`

describe('our client in a browser', { timeout: 60_000 }, () => {
  it('talks over WebRTC where it can: it is heard, and says how far it heard', async () => {
    const page = await visit()
    expect(await page.evaluate(talk, {})).toMatchObject({ took: { took: 'webrtc' }, codec: 'opus' })
    await expect.poll(() => session.played.at(-1), { timeout: 20_000 }).toBe(TOTAL_MS)
    expect(session.played.length).toBeGreaterThan(3)
    expect(session.edge).toBe('webrtc')
    await expect.poll(() => session.loudest, { timeout: 20_000 }).toBeGreaterThan(1_000)
    await page.close()
  })

  it.each([
    ['webrtc', false],
    ['websocket', true],
  ] as const)('is a whole voice by %s with nothing for the page to do', async (way, isBlocked) => {
    blocked = isBlocked
    const page = await visit()
    const started = await page.evaluate(`(${startVoice})(${isBlocked ? '{ fallBackAfterMs: 300 }' : '{}'})`)
    expect(started).toEqual(['live', way])
    await expect.poll(() => session.played.at(-1), { timeout: 20_000 }).toBeGreaterThan(TOTAL_MS - 1)
    await expect.poll(() => session.loudest, { timeout: 20_000 }).toBeGreaterThan(1_000)
    expect(session.edge).toBe(isBlocked ? undefined : 'webrtc')
    await page.waitForFunction(`spoke.includes('agent true') && spoke.includes('agent false')`)
    await page.evaluate('voice.stop()')
    await page.close()
    blocked = false
  })

  it('takes the WebSocket where no UDP gets through, and says why', async () => {
    blocked = true
    const page = await visit()
    const { took } = await page.evaluate(talk, { fallBackAfterMs: 300 })
    expect(took).toEqual({ took: 'websocket', why: 'no call within 300 ms' })
    expect(session.edge).toBeUndefined()
    await page.close()
  })
})
