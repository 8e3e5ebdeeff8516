/** A call of a real browser over WebRTC: a person is heard, a tone is heard there, text goes both ways. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AudioFrame, loadOpus, sine } from '@parley/audio'
import { createTicker, systemClock } from '@parley/core'
import {
  loadRtcLibrary,
  openRtcPeer,
  type RtcPeer,
  type RtcPeerHandlers,
  type RtcWorld,
} from '@parley/transports'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserThatHears } from './support/console-page.js'

const TONE_HZ = 440

let world: RtcWorld
let browser: Browser
let server: Server
/** What the call under test is told, and its peer. */
let call: {
  readonly peer: RtcPeer
  readonly heard: Int16Array[]
  readonly messages: string[]
  readonly ends: string[]
}

async function answer(offerSdp: string): Promise<string> {
  const heard: Int16Array[] = []
  const messages: string[] = []
  const ends: string[] = []
  const tone = sine({ rate: 24_000, hz: TONE_HZ, durationMs: 1_000 })
  let stop = () => {}
  const handlers: RtcPeerHandlers = {
    audio: ({ samples }: AudioFrame) => void heard.push(samples.slice()),
    connected() {
      let at = 0
      stop = world.ticker.add(() => {
        peer.play({ samples: tone.subarray(at, at + 480), rate: 24_000, atMs: 0 })
        at = (at + 480) % tone.length
      })
    },
    channelOpen: () => void peer.send('{"type":"session.created"}'),
    channelClosed() {},
    message: message => void messages.push(message),
    started() {},
    drained() {},
    ended(end) {
      stop()
      ends.push(end)
    },
  }
  const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'oai-events' })
  call = { peer, heard, messages, ends }
  return peer.answerSdp
}

beforeAll(async () => {
  const [library, opus] = await Promise.all([loadRtcLibrary(), loadOpus()])
  world = { library, opus, clock: systemClock, ticker: createTicker(systemClock), random: Math.random }
  browser = await browserThatHears([1_500, 'en-hello', 500, 'en-info-about-last-call'])
  server = createServer(async (request, response) => {
    if (request.method !== 'POST')
      return response.setHeader('content-type', 'text/html').end('<title>call</title>')
    return response.end(await answer(await text(request)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(async () => {
  await browser?.close()
  server?.close()
})

async function visit(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return page
}

/** Runs in the page: makes the call, and says what came of it. */
async function callFromPage(withMicrophone: boolean) {
  const connection = new RTCPeerConnection()
  const channel = connection.createDataChannel('oai-events')
  if (withMicrophone) {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: plain })
    for (const track of microphone.getTracks()) connection.addTrack(track, microphone)
  } else connection.addTransceiver('audio', { direction: 'recvonly' })
  const stream = new Promise<MediaStream>(resolve => {
    connection.ontrack = ({ track }) => resolve(new MediaStream([track]))
  })
  const message = new Promise<string>(resolve => {
    channel.onmessage = ({ data }) => resolve(String(data))
  })
  await connection.setLocalDescription()
  await new Promise<void>(resolve => {
    const done = () => connection.iceGatheringState === 'complete' && resolve()
    connection.onicegatheringstatechange = done
    done()
  })
  const told = connection.localDescription?.sdp ?? ''
  // As browsers write it that were not granted a microphone.
  const hidden = told.replace(/^(a=candidate:\S+ 1 \w+ \d+) \S+/gm, '$1 5a6c8f0e-hidden.local')
  const offer = withMicrophone ? told : hidden
  const sdp = await (await fetch('/', { method: 'POST', body: offer })).text()
  await connection.setRemoteDescription({ type: 'answer', sdp })
  const first = await message
  channel.send('{"type":"response.create"}')
  Object.assign(globalThis, { connection })
  return { first, offer, stream: void Object.assign(globalThis, { heard: await stream }) }
}

/** Runs in the page: the loudest frequency of what the call plays, once there is one. */
async function loudestHz(): Promise<number> {
  const { heard } = globalThis as unknown as { heard: MediaStream }
  // Without an element that plays it, Chromium gives WebAudio nothing of a far end's track.
  const element = new Audio()
  element.muted = true
  element.srcObject = heard
  await element.play()
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 16_384 })
  context.createMediaStreamSource(heard).connect(analyser)
  const levels = new Float32Array(analyser.frequencyBinCount)
  for (;;) {
    await new Promise(requestAnimationFrame)
    analyser.getFloatFrequencyData(levels)
    const loudest = levels.reduce((best, level, bin) => (level > (levels[best] ?? 0) ? bin : best), 0)
    if ((levels[loudest] ?? -100) > -30) return (loudest * context.sampleRate) / analyser.fftSize
  }
}

function loudness(parts: readonly Int16Array[]): number {
  return Math.max(
    0,
    ...parts.map(part => Math.sqrt(part.reduce((sum, one) => sum + one * one, 0) / part.length)),
  )
}

describe('a browser in a call over WebRTC', { timeout: 60_000 }, () => {
  it('hears a tone with its frequency and is heard as a person speaks; text goes both ways; its end is noticed', async () => {
    const page = await visit()
    const { first } = await page.evaluate(callFromPage, true)
    expect(first).toBe('{"type":"session.created"}')
    await expect.poll(() => call.messages).toEqual(['{"type":"response.create"}'])
    expect(Math.abs((await page.evaluate(loudestHz)) - TONE_HZ)).toBeLessThan(6)
    await expect.poll(() => loudness(call.heard), { timeout: 30_000 }).toBeGreaterThan(1_000)
    expect(call.peer.codec).toBe('opus')
    expect(call.peer.counts?.received).toMatchObject({ malformed: 0, stray: 0 })
    await page.evaluate(() => (globalThis as unknown as { connection: RTCPeerConnection }).connection.close())
    await expect.poll(() => call.ends, { timeout: 20_000 }).toEqual(['gone'])
    await page.close()
  })

  it('is found where it hides its addresses behind names that nobody can look up', async () => {
    const page = await visit()
    const { first, offer } = await page.evaluate(callFromPage, false)
    expect(offer.match(/a=candidate/g)).toHaveLength(offer.match(/\.local /g)?.length ?? 0)
    expect(first).toBe('{"type":"session.created"}')
    expect(Math.abs((await page.evaluate(loudestHz)) - TONE_HZ)).toBeLessThan(6)
    call.peer.close()
    expect(call.ends).toEqual(['closed'])
    await page.close()
  })
})
