/**
 * The clients of a load on `/prosody`, in a process of their own: each sends real speech at the pace of time and notes
 * how long after the last sample of each frame its frame came.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readWavFile } from '@parley/audio/node'
import { WebSocket } from 'ws'

export interface SpeakersTask {
  readonly url: string
  readonly sockets: number
  /** Measured after a warm-up of `WARM_MS`. */
  readonly seconds: number
  readonly chunkMs: number
}

export type SpeakersReport =
  | { readonly kind: 'open' | 'warm' | 'sent' }
  | {
      readonly kind: 'done'
      readonly frames: number
      readonly voiced: number
      readonly lateMs: Quantiles
      /** How much later than its time a chunk was sent: this process's own fault. */
      readonly sendLateMs: Quantiles
    }

export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const WARM_MS = 2_000
/** How long frames are waited for once all is sent. */
const LATEST_MS = 2_000
/** Of a frame as JSON, enough to see its pitch. */
const HEAD_BYTES = 70
const RATE = 16_000
const FRAME = 1_024
const HOP = 512
/** Sockets speak one after another within a chunk, as callers do who know nothing of each other. */
const PHASES = 10

interface Speaker {
  readonly socket: WebSocket
  /** When each chunk was sent. */
  readonly sentAtMs: Float64Array
  chunks: number
  frames: number
}

async function run(task: SpeakersTask, tell: (report: SpeakersReport) => void): Promise<void> {
  const clip = fileURLToPath(
    new URL('../../../fixtures/audio/clips/en-info-about-last-call.wav', import.meta.url),
  )
  const sound = await speech(clip)
  const chunkSamples = (RATE * task.chunkMs) / 1000
  const counting = { on: false, fromMs: Number.POSITIVE_INFINITY, frames: 0, voiced: 0 }
  const chunksInAll = Math.ceil((WARM_MS + task.seconds * 1000) / task.chunkMs) + 1
  const late: number[] = []
  const sendLate: number[] = []

  function heard(speaker: Speaker, data: Buffer): void {
    const now = performance.now()
    const head = data.toString('latin1', 0, HEAD_BYTES)
    if (!head.startsWith('{"type":"prosody"')) return
    const lastSample = speaker.frames * HOP + FRAME - 1
    speaker.frames += 1
    const sentAtMs = speaker.sentAtMs[Math.floor(lastSample / chunkSamples)] as number
    if (sentAtMs < counting.fromMs) return
    late.push(now - sentAtMs)
    counting.frames += 1
    if (!head.includes('"pitch":0,')) counting.voiced += 1
  }

  const speakers: Speaker[] = []
  for (let index = 0; index < task.sockets; index++) {
    const socket = new WebSocket(`${task.url.replace('http', 'ws')}/prosody`, {
      perMessageDeflate: false,
      // A mask of zeros: what it costs is the client's, and the gateway takes it off all the same.
      generateMask() {},
    })
    const speaker = { socket, sentAtMs: new Float64Array(chunksInAll), chunks: 0, frames: 0 }
    await new Promise((resolve, reject) => {
      socket.once('message', resolve)
      socket.once('error', reject)
    })
    socket.on('message', (data: Buffer) => heard(speaker, data))
    socket.on('close', code => {
      if (counting.on) process.stderr.write(`a socket closed with ${code}\n`)
    })
    speakers.push(speaker)
  }
  tell({ kind: 'open' })

  const startedAt = performance.now()
  const groups = Array.from({ length: PHASES }, (_, phase) =>
    speakers.filter((_, index) => index % PHASES === phase),
  )
  const stepMs = task.chunkMs / PHASES
  const end = startedAt + WARM_MS + task.seconds * 1000
  for (let step = 0; ; step++) {
    const due = startedAt + step * stepMs
    if (due >= end) break
    const waitMs = due - performance.now()
    if (waitMs > 0.5) await sleep(waitMs)
    if (!counting.on && due >= startedAt + WARM_MS) {
      counting.on = true
      counting.fromMs = due
      tell({ kind: 'warm' })
    }
    if (counting.on) sendLate.push(performance.now() - due)
    const at = Math.floor(step / PHASES) * chunkSamples * 2
    for (const [index, speaker] of (groups[step % PHASES] ?? []).entries()) {
      // Not all at the same word.
      const from = (at + index * 16_000) % (sound.length - chunkSamples * 2)
      const even = from - (from % 2)
      speaker.sentAtMs[speaker.chunks] = performance.now()
      speaker.chunks += 1
      speaker.socket.send(sound.subarray(even, even + chunkSamples * 2))
    }
  }
  counting.on = false
  tell({ kind: 'sent' })
  await sleep(LATEST_MS)
  tell({
    kind: 'done',
    frames: counting.frames,
    voiced: counting.voiced,
    lateMs: quantiles(late),
    sendLateMs: quantiles(sendLate),
  })
}

async function speech(path: string): Promise<Buffer> {
  const { samples, sampleRate } = await readWavFile(path)
  if (sampleRate !== RATE) {
    const { loadResampling } = await import('@parley/audio')
    const resampler = (await loadResampling()).create({ fromRate: sampleRate, toRate: RATE })
    const out = resampler.process(samples).slice()
    resampler.close()
    return Buffer.from(out.buffer, out.byteOffset, out.byteLength)
  }
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
}

function quantiles(numbers: number[]): Quantiles {
  numbers.sort((a, b) => a - b)
  const at = (share: number) => numbers[Math.min(numbers.length - 1, Math.floor(share * numbers.length))] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

process.once('message', (task: SpeakersTask) => {
  run(task, report => process.send?.(report)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})
