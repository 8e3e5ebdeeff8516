/// <reference types="node" />
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, tone, writeWav } from '../../../client/dist/testing/browser.js'

const clientFolder = fileURLToPath(new URL('../../../client/dist/', import.meta.url))

/** React, and this package as it ships, for a page. */
async function bundle(): Promise<string> {
  const entry = `
    export { act, createElement, StrictMode, useState } from 'react'
    export { createRoot } from 'react-dom/client'
    export * from ${JSON.stringify(fileURLToPath(new URL('../index.js', import.meta.url)))}`
  const build = await rolldown({
    input: 'entry.js',
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    resolve: { modules: [fileURLToPath(new URL('../../node_modules', import.meta.url)), 'node_modules'] },
    plugins: [
      {
        name: 'entry',
        resolveId: id => (id === 'entry.js' ? fileURLToPath(new URL('./entry.js', import.meta.url)) : null),
        load: id => (id.endsWith('avatar/entry.js') ? entry : null),
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return output[0].code
}

/** Sockets whose far end is the page's test, in the place of a gateway. */
const stage = `
  globalThis.sockets = []
  globalThis.openSocket = url => {
    const socket = { url, readyState: 1, bufferedAmount: 0, sent: 0, send() { this.sent++ }, close() { this.readyState = 3 } }
    sockets.push(socket)
    queueMicrotask(() => socket.onmessage?.({ data: '{"type":"connected"}' }))
    return socket
  }
  globalThis.live = () => sockets.filter(socket => socket.readyState === 1)
  globalThis.say = values => live().at(-1).onmessage({ data: JSON.stringify({ type: 'prosody', ...values }) })
  globalThis.pictures = count => new Promise(resolve => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : resolve())
    next()
  })
`

describe('React in Chromium', () => {
  let folder: string
  let browser: Browser
  let server: Server
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-react-'))
    await writeWav(join(folder, 'tone.wav'), tone(220, 48_000, 1), 48_000)
    const [code, opened] = await Promise.all([bundle(), openBrowser(join(folder, 'tone.wav'))])
    browser = opened
    server = createServer((request, response) => {
      const url = request.url ?? '/'
      response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html')
      if (url.startsWith('/client/')) createReadStream(clientFolder + url.slice(8)).pipe(response)
      else response.end(url === '/bundle.js' ? code : '<!doctype html><div id="root"></div>')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })

  afterAll(async () => {
    await browser?.close()
    await new Promise(resolve => server?.close(resolve))
    await rm(folder, { recursive: true })
  })

  beforeEach(async () => {
    page = await browser.newPage({ deviceScaleFactor: 2 })
    faults.length = 0
    page.on('pageerror', error => faults.push(error.message))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.evaluate(stage)
    await page.evaluate(`import('/bundle.js').then(kit => Object.assign(globalThis, { kit }))`)
  })

  afterEach(async () => {
    await page.close()
    expect(faults).toEqual([])
  })

  it('keeps one socket in StrictMode, moves with the address, and leaves none behind', async () => {
    const seen = await page.evaluate(`(async () => {
      const { createElement: h, StrictMode, createRoot, useProsodyStream } = kit
      let renders = 0
      let last
      function Meter({ url }) {
        renders++
        last = useProsodyStream(url, { environment: { openSocket } })
        return h('p', null, last.state)
      }
      const root = createRoot(document.getElementById('root'))
      const show = url => root.render(h(StrictMode, null, h(Meter, { url })))
      const seen = {}
      show('wss://one.example/prosody')
      await pictures(4)
      seen.first = [live().length, live()[0].url, last.state]
      const before = renders
      for (let i = 0; i < 200; i++) say({ pitchHz: 100 + i, energy: 0.5 })
      await pictures(3)
      seen.batched = [last.pitchHz, renders - before <= 4]
      show('wss://two.example/prosody')
      await pictures(4)
      seen.moved = [live().length, live()[0].url, last.state]
      last.stop()
      await pictures(2)
      seen.stopped = [live().length, last.state]
      show('wss://three.example/prosody')
      await pictures(2)
      seen.stillStopped = live().length
      root.unmount()
      await pictures(2)
      seen.unmounted = live().length
      return seen
    })()`)
    expect(seen).toEqual({
      first: [1, 'wss://one.example/prosody?sampleRate=16000', 'open'],
      batched: [299, true],
      moved: [1, 'wss://two.example/prosody?sampleRate=16000', 'open'],
      stopped: [0, 'closed'],
      stillStopped: 0,
      unmounted: 0,
    })
  })

  it('talks to one agent in StrictMode, to another when asked, and gives the microphone back', async () => {
    const seen = await page.evaluate(`(async () => {
      const { createElement: h, StrictMode, createRoot, useVoice } = kit
      const tracks = []
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = async wish => {
        const stream = await ask(wish)
        tracks.push(...stream.getTracks())
        return stream
      }
      const openSocket = (url, protocols) => {
        const socket = { url, readyState: 1, bufferedAmount: 0, protocols, close() { this.readyState = 3 } }
        sockets.push(socket)
        socket.send = message => {
          if (typeof message !== 'string') return
          const { type, agent, id } = JSON.parse(message)
          const format = { codec: 'pcm16', sampleRate: 16000 }
          if (type === 'ping') socket.onmessage?.({ data: JSON.stringify({ type: 'pong', id }) })
          if (type !== 'hello') return
          socket.agent = agent
          socket.onmessage({ data: JSON.stringify({ type: 'ready', version: 1, session: 's', resumeToken: 't',
            resumed: false, agent, language: 'en', input: format, output: { codec: 'pcm16', sampleRate: 24000 },
            recogniser: 'r', voice: 'v' }) })
        }
        queueMicrotask(() => socket.onopen?.())
        return socket
      }
      const environment = { openSocket, whyRefused: async () => undefined }
      let last
      function Talk({ agent, token }) {
        last = useVoice({ url: 'https://gateway.example', agent, token, environment, codec: 'pcm16',
          workletUrl: '/client/worklet/audio-worklet-processor.js' })
        return h('p', null, last.status)
      }
      const root = createRoot(document.getElementById('root'))
      const show = props => root.render(h(StrictMode, null, h(Talk, props)))
      const running = () => tracks.filter(track => track.readyState === 'live').length
      const seen = {}
      show({ agent: 'one', token: 'old' })
      await pictures(3)
      seen.idle = [last.status, sockets.length, tracks.length]
      show({ agent: 'one', token: 'new' })
      await pictures(2)
      await last.start()
      await pictures(2)
      seen.first = [last.status, last.microphone, live().length, live()[0].agent, live()[0].protocols[1], running()]
      const voice = last.voice
      show({ agent: 'two', token: 'new' })
      await pictures(3)
      seen.moved = [last.status, voice.snapshot().status, live().length, running()]
      await last.start()
      await pictures(2)
      seen.second = [last.status, live().length, live()[0].agent, running()]
      root.unmount()
      await pictures(2)
      seen.gone = [live().length, running()]
      return seen
    })()`)
    expect(seen).toEqual({
      idle: ['idle', 0, 0],
      first: ['live', 'on', 1, 'one', 'bearer.new', 1],
      moved: ['idle', 'ended', 0, 0],
      second: ['live', 1, 'two', 1],
      gone: [0, 0],
    })
  })

  it('streams the page’s microphone as 20 ms frames of PCM16, and gives it back at stop', async () => {
    const seen = await page.evaluate(`(async () => {
      const { createProsodyStream, pageMicrophone } = kit
      const stream = createProsodyStream({
        url: 'wss://gateway.example/prosody',
        openMicrophone: pageMicrophone('/client/worklet/audio-worklet-processor.js'),
        environment: { openSocket },
      })
      const sound = new Promise(resolve => {
        stream.subscribe(() => {
          const socket = live().at(-1)
          if (socket) socket.send = samples => ++socket.sent > 4 && resolve([samples.constructor.name, samples.length])
        })
      })
      await stream.start()
      const seen = { microphone: stream.snapshot().microphone, sound: await sound }
      stream.stop()
      return { ...seen, after: stream.snapshot().microphone }
    })()`)
    expect(seen).toEqual({ microphone: 'granted', sound: ['Int16Array', 320], after: 'stopped' })
  })

  it('draws a face at the screen’s resolution, labels it, and draws none while it is out of sight', async () => {
    const seen = await page.evaluate(`(async () => {
      const { createElement: h, StrictMode, createRoot, ProsodyAvatar } = kit
      let drawings = 0
      let input = {}
      const root = createRoot(document.getElementById('root'))
      root.render(h(StrictMode, null, h(ProsodyAvatar, { source: () => input, drawn: () => drawings++ })))
      await pictures(5)
      const canvas = document.querySelector('canvas')
      const seen = { role: canvas.getAttribute('role'), label: canvas.getAttribute('aria-label'), width: canvas.width }
      seen.painted = canvas.getContext('2d').getImageData(240, 200, 1, 1).data[3] > 0
      seen.clear = canvas.getContext('2d').getImageData(2, 2, 1, 1).data[3] === 0
      input = { pitchHz: 200, energy: 0.7, emotion: 'high', speaking: true }
      await new Promise(resolve => new MutationObserver(resolve).observe(canvas, { attributeFilter: ['aria-label'] }))
      seen.speaking = canvas.getAttribute('aria-label')
      canvas.style.width = '120px'
      await pictures(3)
      seen.resized = canvas.width
      canvas.style.marginTop = '9000px'
      await pictures(6)
      const before = drawings
      await pictures(6)
      seen.outOfSight = drawings - before
      root.unmount()
      return seen
    })()`)
    expect(seen).toEqual({
      role: 'img',
      label: 'silent',
      width: 480,
      painted: true,
      clear: true,
      speaking: 'speaking, excited',
      resized: 240,
      outOfSight: 0,
    })
  })

  it('follows what the player of a conversation lets be heard, and lets go of it', async () => {
    const seen = await page.evaluate(`(async () => {
      const { createElement: h, StrictMode, createRoot, useVoiceProsody } = kit
      const listeners = new Map()
      const emitter = () => ({
        on(name, listener) {
          listeners.set(listener, name)
          return () => listeners.delete(listener)
        },
        earTime: ms => ms,
      })
      const [client, player] = [emitter(), emitter()]
      let source
      function Face({ player }) {
        source = useVoiceProsody(client, player)
        return null
      }
      const root = createRoot(document.getElementById('root'))
      const show = player => root.render(h(StrictMode, null, h(Face, { player })))
      show(undefined)
      await pictures(3)
      const before = [listeners.size, source()]
      show(player)
      await pictures(3)
      const heard = [...listeners.values()]
      const during = [heard.includes('visemes'), new Set(heard).size === heard.length, source().speaking]
      root.unmount()
      await pictures(2)
      return { before, during, after: listeners.size }
    })()`)
    const silence = { pitchHz: 0, energy: 0, speaking: false }
    expect(seen).toEqual({ before: [0, silence], during: [true, true, false], after: 0 })
  })

  it('holds still for people who asked for less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const moves = await page.evaluate(`(async () => {
      const { createElement: h, createRoot, ProsodyAvatar } = kit
      let most = 0
      const drawn = face => { most = Math.max(most, Math.abs(face.yaw), Math.abs(face.tilt), Math.abs(face.breath)) }
      createRoot(document.getElementById('root')).render(h(ProsodyAvatar, { pitchHz: 200, energy: 0.7, drawn }))
      await pictures(20)
      return most
    })()`)
    expect(moves).toBe(0)
  })
})
