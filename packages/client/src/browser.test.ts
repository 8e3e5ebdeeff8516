/// <reference types="node" />
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientMessage } from '@parley/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { measuredHz, openBrowser, tone, writeWav } from './testing/browser.js'
import { levelLagsOf, mouthSkewOf, type Probed, percentile, skewProbe } from './testing/skew-probe.js'
import { type Caller, openTestGateway, type TestGateway } from './testing/test-gateway.js'

const clientFolder = fileURLToPath(new URL('.', import.meta.url))
type Played = Extract<ClientMessage, { type: 'played' }>

/** Runs in the page: the whole SDK against the page's own gateway. */
const startConversation = `async ({ microphone, recording }) => {
  const sdk = await import('/client/index.js')
  const context = sdk.createAudioContext()
  sdk.resumeOnGesture(context)
  const workletUrl = '/client/worklet/audio-worklet-processor.js'
  const client = sdk.createVoiceClient({ url: location.origin, codec: 'pcm16' })
  const levels = []
  const ready = await client.connect()
  const player = await sdk.createPlayer({ context, sampleRate: ready.output.sampleRate, workletUrl })
  player.on('level', ({ dbfs }) => levels.push(dbfs))
  sdk.playThrough(client, player)
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const source = microphone
    ? await sdk.openMicrophone({ context, workletUrl, ...plain })
    : recording ? await sdk.openRecording({ context, workletUrl, recording, tailMs: 500 }) : undefined
  const frameTimes = []
  const sourceEnded = new Promise(resolve => source?.on('ended', resolve))
  source?.on('frame', () => frameTimes.push(context.currentTime))
  if (source) sdk.speakFrom(client, source)
  Object.assign(globalThis, { sdk, context, client, player, source, levels, frameTimes, sourceEnded })
}`

/** Runs in the page: the whole of it as one object, on a sound card whose rate the test turns. */
const startVoice = `async options => {
  const sdk = await import('/client/index.js')
  const Context = AudioContext
  const contexts = []
  globalThis.cardRate = 44_100
  globalThis.AudioContext = class extends Context {
    constructor(how) {
      super({ ...how, sampleRate: globalThis.cardRate })
      contexts.push(this)
    }
  }
  const tracks = []
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async wish => {
    const stream = await ask(wish)
    tracks.push(...stream.getTracks())
    return stream
  }
  const voice = sdk.createVoice({
    url: location.origin,
    workletUrl: '/client/worklet/audio-worklet-processor.js',
    codec: 'pcm16',
    ...{ echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    ...options,
  })
  const spoken = []
  const send = voice.client.sendAudio
  voice.client.sendAudio = (samples, rate) => {
    if (voice.client.state !== 'idle') spoken.push(samples[0], samples[160], samples[319])
    send(samples, rate)
  }
  const moved = []
  voice.on('device-changed', change => moved.push(change.kind))
  Object.assign(globalThis, { sdk, voice, spoken, moved, contexts, tracks })
  await voice.start()
  const { status, microphone, error } = voice.snapshot()
  return { status, microphone, code: error?.code }
}`

const BURST_MS = 150
/** Bursts of sound and as much silence between them, with frames that tell their levels before them. */
function say(caller: Caller, reply: string, fromMs: number, untilMs: number): void {
  const rate = 24_000
  const isLoud = (ms: number) => ms >= 0 && ms < untilMs && Math.floor(ms / BURST_MS) % 2 === 1
  const whole = tone(440, rate, untilMs / 1000).map((sample, i) => (isLoud((i * 1000) / rate) ? sample : 0))
  const power = (ms: number) => {
    let sum = 0
    for (let at = ms - 32; at < ms + 32; at++) sum += isLoud(at) ? 0.125 : 0
    return sum / 64
  }
  caller.say({ type: 'audio-begin', reply, fromMs })
  const frames = []
  for (let atMs = Math.ceil(fromMs / 32) * 32; atMs < untilMs; atMs += 32) {
    const levelDb = 10 * Math.log10(Math.max(1e-10, power(atMs)))
    frames.push({ ...silentFrame, atMs, levelDb })
  }
  const cues = []
  for (let startMs = BURST_MS; startMs < untilMs; startMs += 2 * BURST_MS)
    cues.push({ viseme: 'aa' as const, startMs, endMs: startMs + BURST_MS })
  caller.say({ type: 'visemes', reply, heardAtMs: 0, source: 'voice', cues })
  for (let at = 0; at < frames.length; at += 3)
    caller.say({
      ...{ type: 'prosody', side: 'agent', reply, heardAtMs: 0 },
      frames: frames.slice(at, at + 3),
    })
  for (let at = fromMs; at < untilMs; at += 20) caller.play(whole.slice(at * 24, (at + 20) * 24))
}

const silentFrame = {
  ...{ pitchHz: 0, voicing: 0, semitones: 0, energy: 0, rms: 0, loudness: -100, voicedFraction: 0, tilt: 0 },
  ...{ centroidHz: 0, harmonicity: -20, syllableRate: 0, speaking: true, arousal: 0.5, clipped: false },
  emotion: 'neutral' as const,
}

describe('the browser client in Chromium', () => {
  let folder: string
  let browser: Browser
  let gateway: TestGateway
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-client-'))
    await writeWav(join(folder, 'tone.wav'), tone(1000, 48000, 2), 48000)
    browser = await openBrowser(join(folder, 'tone.wav'))
  })

  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true })
  })

  beforeEach(async () => {
    gateway = await openTestGateway({
      files: { '/client': clientFolder, '/recordings': folder, '/': clientFolder },
    })
    page = await browser.newPage()
    faults.length = 0
    page.on('pageerror', error => faults.push(error.message))
    await page.goto(`${gateway.origin}/client/index.js`)
  })

  afterEach(async () => {
    await page.close()
    await gateway.close()
    expect(faults).toEqual([])
  })

  async function converse(how: { microphone?: boolean; recording?: string } = {}): Promise<Caller> {
    const caller = gateway.nextCaller()
    await page.evaluate(`(${startConversation})(${JSON.stringify(how)})`)
    return caller
  }

  function playedBy(caller: Caller): Played[] {
    return caller.messages.filter((message): message is Played => message.type === 'played')
  }

  function playedAtLeast(ms: number) {
    return (message: ClientMessage): message is Played => message.type === 'played' && message.ms >= ms
  }

  it('sends the microphone as 20 ms frames at 16 kHz and at the pace of the sound card', async () => {
    const caller = await converse({ microphone: true })
    await caller.untilAudio(120)
    expect(new Set(caller.audio.map(frame => frame.length))).toEqual(new Set([320]))
    // Half of them at least: a busy machine tears the browser's own fake microphone now and then.
    const pitches = Array.from({ length: 10 }, (_, i) => {
      const piece = caller.audio.slice(20 + 5 * i, 25 + 5 * i).flatMap(frame => [...frame])
      return measuredHz(Int16Array.from(piece), 16000)
    }).sort((a, b) => a - b)
    expect(pitches[5]).toBeCloseTo(1000, -1)
    const times: number[] = await page.evaluate('frameTimes.slice(10, 111)')
    const elapsed = (times.at(-1) ?? 0) - (times[0] ?? 0)
    expect(elapsed).toBeGreaterThan(1.85)
    expect(elapsed).toBeLessThan(2.15)
  })

  it('plays a recording through the same path, with silence after it', async () => {
    await writeWav(join(folder, 'clip.wav'), tone(500, 8000, 1), 8000)
    const caller = await converse({ recording: '/recordings/clip.wav' })
    await page.evaluate('sourceEnded')
    await caller.untilAudio(74)
    const samples = caller.audio.flatMap(frame => [...frame])
    const loud = samples.filter(sample => Math.abs(sample) > 200)
    expect(loud.length / 16000).toBeGreaterThan(0.95)
    expect(loud.length / 16000).toBeLessThan(1.01)
    expect(samples.slice(-4000).every(sample => Math.abs(sample) < 50)).toBe(true)
    expect(caller.audio.length * 20).toBeGreaterThanOrEqual(1480)
  })

  it('tells a page that names no audio file what is wrong', async () => {
    await converse()
    const code = await page.evaluate(`sdk.openRecording({ context, recording: new ArrayBuffer(40) })
      .then(() => 'opened', error => error.code)`)
    expect(code).toBe('bad-recording')
  })

  it('ends its account of a reply within one frame of what was sent', async () => {
    const caller = await converse()
    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    const reply = tone(440, 24000, 1)
    for (let at = 0; at < reply.length; at += 480) caller.play(reply.subarray(at, at + 480))
    caller.say({ type: 'reply-sent', atMs: 0, reply: 'r1', totalMs: 1000 })
    const end = await caller.until(playedAtLeast(980))
    expect(Math.abs(end.ms - 1000)).toBeLessThanOrEqual(20)
    const reports = playedBy(caller).map(report => report.ms)
    expect(reports.length).toBeGreaterThanOrEqual(10)
    expect(reports).toEqual([...reports].sort((a, b) => a - b))
    expect(await page.evaluate('Math.max(...levels)')).toBeGreaterThan(-12)
  })

  it('stops at clear, says how far it got, and says no more', async () => {
    const caller = await converse()
    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    caller.play(tone(440, 24000, 0.5))
    for (let i = 0; i < 9; i++) caller.play(tone(440, 24000, 0.5))
    await caller.until(playedAtLeast(300))
    const before = playedBy(caller).length
    caller.say({ type: 'clear', reply: 'r1' })
    // A second reply shows that the clear was obeyed and that the player went on from it.
    caller.say({ type: 'audio-begin', reply: 'r2', fromMs: 0 })
    caller.play(tone(440, 24000, 0.2))
    caller.say({ type: 'reply-sent', atMs: 0, reply: 'r2', totalMs: 200 })
    await caller.until(
      (message): message is Played =>
        message.type === 'played' && message.reply === 'r2' && message.ms >= 180,
    )
    const ofFirst = playedBy(caller).filter(report => report.reply === 'r1')
    const last = ofFirst.at(-1)?.ms ?? 0
    expect(playedBy(caller).length).toBeGreaterThan(before)
    expect(last).toBeGreaterThanOrEqual(300)
    expect(last).toBeLessThan(1500)
    const afterSecond = playedBy(caller).findIndex(report => report.reply === 'r2')
    expect(
      playedBy(caller)
        .slice(afterSecond)
        .every(report => report.reply === 'r2'),
    ).toBe(true)
  })

  it('falls silent on interrupt before the gateway answers', async () => {
    const caller = await converse()
    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    for (let i = 0; i < 10; i++) caller.play(tone(440, 24000, 0.5))
    await caller.until(playedAtLeast(200))
    await page.evaluate(`(async () => {
      const silent = new Promise(resolve => player.on('level', ({ dbfs }) => dbfs <= -100 && resolve()))
      globalThis.heard = client.interrupt()
      await silent
    })()`)
    const heard = {
      reply: 'r1',
      ms: 200,
      text: '',
      complete: false,
      source: 'reported',
      errorMs: 20,
    } as const
    caller.say({ type: 'interrupted', heard })
    expect(await page.evaluate('heard')).toEqual(heard)
  })

  it('resumes after the wire was cut and goes on with the reply without repeating it', async () => {
    const caller = await converse()
    const reply = tone(440, 24000, 2)
    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    caller.play(reply.subarray(0, 24000))
    await caller.until(playedAtLeast(200))
    const next = gateway.nextCaller()
    caller.cut()
    const again = await next
    expect(again.hello.resume).toBe('tok_1')
    const told = await again.until((message): message is Played => message.type === 'played')
    expect(told.ms).toBeGreaterThanOrEqual(200)
    const fromMs = Math.floor(told.ms)
    again.say({ type: 'audio-begin', reply: 'r1', fromMs })
    const rest = reply.subarray(fromMs * 24)
    for (let at = 0; at < rest.length; at += 4800) again.play(rest.subarray(at, at + 4800))
    again.say({ type: 'reply-sent', atMs: 0, reply: 'r1', totalMs: 2000 })
    const end = await again.until(playedAtLeast(1980))
    expect(Math.abs(end.ms - 2000)).toBeLessThanOrEqual(20)
    const ofContext: number = await page.evaluate('context.currentTime')
    expect(ofContext).toBeGreaterThan(2)
  })

  it('shows prosody in step with the sound, through a barge-in and a resume', async () => {
    await page.evaluate(skewProbe)
    const caller = await converse()
    await page.evaluate(`skewProbe.watch(sdk.createProsodyTimeline(client, player), context)`)
    say(caller, 'r1', 0, 3_000)
    await caller.until(playedAtLeast(700))
    // In the middle of a burst, which 200 ms of it are still ahead of.
    caller.say({ type: 'clear', reply: 'r1' })
    caller.say({ type: 'cleared', reply: 'r1', heardMs: 700 })
    say(caller, 'r2', 0, 1_000)
    const next = gateway.nextCaller()
    await caller.until(
      (message): message is Played =>
        message.type === 'played' && message.reply === 'r2' && message.ms >= 300,
    )
    caller.cut()
    const again = await next
    const told = await again.until(
      (message): message is Played => message.type === 'played' && message.reply === 'r2',
    )
    say(again, 'r2', Math.floor(told.ms / 20) * 20, 1_000)
    again.say({ type: 'reply-sent', atMs: 0, reply: 'r2', totalMs: 1_000 })
    await again.until(playedAtLeast(980))
    await page.waitForFunction(`skewProbe.result().shown.slice(-60).every(([, place]) => place < 0)`)
    const probed = (await page.evaluate(`skewProbe.result()`)) as Probed
    const { ms, unmatched } = mouthSkewOf(probed)
    expect(unmatched).toBe(0)
    expect(ms.length).toBeGreaterThanOrEqual(5)
    expect(percentile(ms.map(Math.abs), 0.95)).toBeLessThanOrEqual(20)
    expect(percentile(levelLagsOf(probed).map(Math.abs), 0.95)).toBeLessThanOrEqual(20)
  })

  it('loads the audio program from a Blob URL where asked to', async () => {
    const bundled = `class P extends AudioWorkletProcessor { process() { return true } }; registerProcessor('inline-test', P)`
    await page.route('**/inline-worklet.js', route =>
      route.fulfill({ contentType: 'text/javascript', body: bundled }),
    )
    await converse()
    await page.evaluate(`sdk.loadWorklet(context, { workletUrl: '/inline-worklet.js', workletInline: true })`)
    expect(await page.evaluate(`new AudioWorkletNode(context, 'inline-test').numberOfOutputs`)).toBe(1)
    const code = bundled.replace('inline-test', 'code-test')
    await page.evaluate(`sdk.loadWorklet(context, { workletCode: ${JSON.stringify(code)} })`)
    expect(await page.evaluate(`new AudioWorkletNode(context, 'code-test').numberOfOutputs`)).toBe(1)
    const fault = await page.evaluate(`sdk.loadWorklet(new AudioContext(), { workletUrl: '/nowhere.js' })
      .then(() => 'loaded', error => error.code)`)
    expect(fault).toBe('worklet-failed')
  })

  it('talks, is interrupted, and loses no word through a cut wire, a hidden page and another sound card', async () => {
    // Chromium reads the file anew for each microphone; of this one no two frames are alike.
    await writeWav(join(folder, 'tone.wav'), noise(48000, 10), 48000)
    const first = gateway.nextCaller()
    const started = await page.evaluate(`(${startVoice})({ microphoneId: 'unplugged' })`)
    expect(started).toEqual({ status: 'live', microphone: 'on', code: undefined })
    expect(await page.evaluate('moved')).toEqual(['microphone'])
    const caller = await first
    await caller.untilAudio(15)

    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    for (let i = 0; i < 10; i++) caller.play(tone(440, 24000, 0.5))
    await caller.until(playedAtLeast(200))
    await page.evaluate(`(async () => {
      const silent = new Promise(resolve => voice.player.on('level', ({ dbfs }) => dbfs <= -100 && resolve()))
      voice.interrupt().catch(() => {})
      await silent
    })()`)
    await page.waitForFunction('!voice.snapshot().agentSpeaking && voice.snapshot().userSpeaking')

    const second = gateway.nextCaller()
    caller.cut()
    const again = await second
    await again.untilAudio(10)
    await page.evaluate(`(() => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
      document.dispatchEvent(new Event('visibilitychange'))
    })()`)
    await again.untilAudio(again.audio.length + 10)
    await page.evaluate(`(() => {
      delete document.visibilityState
      document.dispatchEvent(new Event('visibilitychange'))
    })()`)

    again.say({ type: 'audio-begin', reply: 'r2', fromMs: 0 })
    for (let i = 0; i < 10; i++) again.play(tone(440, 24000, 0.5))
    await again.until(
      (message): message is Played =>
        message.type === 'played' && message.reply === 'r2' && message.ms >= 100,
    )
    const third = gateway.nextCaller()
    await page.evaluate(`(() => {
      globalThis.cardRate = 48_000
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    })()`)
    const moved = await third
    const told = await moved.until(
      (message): message is Played => message.type === 'played' && message.reply === 'r2',
    )
    const heard = playedBy(again).filter(({ reply }) => reply === 'r2')
    expect(told.ms).toBe(Math.max(...heard.map(({ ms }) => ms)))
    await moved.untilAudio(10)
    await page.evaluate('voice.stop()')
    const left = await page.evaluate(`({
      status: voice.snapshot().status,
      contexts: contexts.filter(each => each.state !== 'closed').length,
      tracks: tracks.filter(each => each.readyState === 'live').length,
      rate: contexts.at(-1).sampleRate,
      metrics: voice.metrics(),
    })`)
    expect(left).toMatchObject({ status: 'ended', contexts: 0, tracks: 0, rate: 48_000 })
    expect(left).toMatchObject({ metrics: { reconnects: 2, unsentMs: 0, droppedMs: 0 } })

    await moved.until((message): message is Extract<ClientMessage, { type: 'bye' }> => message.type === 'bye')
    const spoken: number[] = await page.evaluate('spoken')
    // A microphone that begins is silent for a frame or two, and those are alike.
    const wanted = namesOf(spoken).filter(name => name !== '0,0,0')
    const arrived = [caller, again, moved]
      .flatMap(({ audio }) => audio.map(frame => [frame[0], frame[160], frame[319]].join()))
      .filter(name => name !== '0,0,0')
    expect(new Set(arrived).size).toBe(arrived.length)
    // In order, nothing twice and nothing lost.
    expect(arrived).toEqual(wanted)
  })

  it('says why there is no microphone: forbidden to the page, or none there', async () => {
    await page.route('**/forbidden', route =>
      route.fulfill({
        contentType: 'text/html',
        body: '',
        headers: { 'permissions-policy': 'microphone=()' },
      }),
    )
    await page.goto(`${gateway.origin}/forbidden`)
    expect(await page.evaluate(`(${startVoice})({})`)).toEqual({
      ...{ status: 'failed', microphone: 'denied', code: 'microphone-denied' },
    })
    const none = await page.evaluate(`(async () => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
      await voice.start()
      const { status, error } = voice.snapshot()
      return [status, error.code, contexts.filter(each => each.state !== 'closed').length]
    })()`)
    expect(none).toEqual(['failed', 'microphone-missing', 0])
  })
})

/** The same each time. */
function noise(sampleRate: number, seconds: number): Int16Array {
  let state = 1
  return Int16Array.from({ length: sampleRate * seconds }, () => {
    state = (state * 16_807) % 2_147_483_647
    return (state % 32_768) - 16_384
  })
}

/** Frames by three of their samples. */
function namesOf(samples: readonly number[]): string[] {
  const names: string[] = []
  for (let i = 0; i < samples.length; i += 3) names.push(samples.slice(i, i + 3).join())
  return names
}
