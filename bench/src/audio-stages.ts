/**
 * What each audio stage costs per 20 ms frame of a human voice, in µs and in bytes allocated.
 *
 *   npx tsc -b bench && node bench/dist/audio-stages.js [--json]
 *
 * Time: means of batches of 100 frames after a warm-up, as median and 95th percentile over the batches, by the
 * wall clock; and CPU time of the process over all of them, which other processes do not raise by waiting. Bytes:
 * growth of the JavaScript heap and of array buffers over frames between two forced collections, less what the
 * same loop without work shows.
 */
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type AudioFrame,
  createGain,
  createMeter,
  createReframer,
  decodeAlaw,
  decodeUlaw,
  encodeAlaw,
  encodeUlaw,
  loadOpus,
  loadResampling,
  measureLevel,
  resampleStage,
} from '@parley/audio'
import { readWavFile } from '@parley/audio/node'

/** Handles the frame of this number; whatever it makes is thrown away. */
type Run = (frame: number) => void

interface Case {
  readonly stage: string
  readonly run: Run
}

interface Result {
  readonly stage: string
  readonly medianUs: number
  readonly p95Us: number
  readonly cpuUs: number
  readonly bytesPerFrame: number
}

const batchFrames = 100
const batches = 300
const warmUpFrames = 5_000
const allocationFrames = 200
const allocationRounds = 9

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const cases = await makeCases()
// The first measurements of a process carry its own compilation; they are thrown away.
cases.slice(0, 2).map(measure)
const results = cases.map(measure)
report(results)

async function makeCases(): Promise<readonly Case[]> {
  const speech = await loadSpeech()
  return [...lawCases(speech), ...resampleCases(speech), ...(await opusCases(speech)), ...frameCases(speech)]
}

type Speech = Readonly<Record<8_000 | 16_000 | 24_000 | 48_000, readonly Int16Array[]>> & {
  readonly resampling: Awaited<ReturnType<typeof loadResampling>>
}

/** A human voice at the rates that matter, cut into 20 ms frames. */
async function loadSpeech(): Promise<Speech> {
  const file = fileURLToPath(new URL('../../fixtures/audio/clips/jfk.wav', import.meta.url))
  const { samples, sampleRate } = await readWavFile(file)
  const resampling = await loadResampling()
  const at = (rate: number): readonly Int16Array[] => {
    const resampler = resampling.create({ fromRate: sampleRate, toRate: rate })
    const all = resampler.process(samples).slice()
    resampler.close()
    const size = rate / 50
    return Array.from({ length: Math.floor(all.length / size) }, (_, i) =>
      all.subarray(i * size, (i + 1) * size),
    )
  }
  return { 8000: at(8_000), 16000: at(16_000), 24000: at(24_000), 48000: at(48_000), resampling }
}

function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item
}

function lawCases(speech: Speech): readonly Case[] {
  const pcm = speech[8_000]
  const ulaw = pcm.map(frame => encodeUlaw(frame))
  const alaw = pcm.map(frame => encodeAlaw(frame))
  const samples = new Int16Array(160)
  const bytes = new Uint8Array(160)
  return [
    { stage: 'µ-law decode, 8 kHz', run: i => decodeUlaw(pick(ulaw, i), samples) },
    { stage: 'µ-law encode, 8 kHz', run: i => encodeUlaw(pick(pcm, i), bytes) },
    { stage: 'A-law decode, 8 kHz', run: i => decodeAlaw(pick(alaw, i), samples) },
    { stage: 'A-law encode, 8 kHz', run: i => encodeAlaw(pick(pcm, i), bytes) },
  ]
}

function resampleCases(speech: Speech): readonly Case[] {
  const pairs = [
    [48_000, 16_000],
    [24_000, 16_000],
    [16_000, 24_000],
    [8_000, 16_000],
  ] as const
  return pairs.map(([fromRate, toRate]) => {
    const stage = resampleStage(speech.resampling.create({ fromRate, toRate }))
    const next = frames(speech[fromRate], fromRate)
    return {
      stage: `resample ${fromRate / 1000} → ${toRate / 1000} kHz`,
      run: i => stage.process(next(i), ignore),
    }
  })
}

async function opusCases(speech: Speech): Promise<readonly Case[]> {
  const opus = await loadOpus()
  const pcm = speech[48_000]
  const lowDelay = await opus.encoder({ sampleRate: 48_000 })
  const packets = pcm.map(frame => lowDelay.encode(frame))
  const voip = await opus.encoder({ sampleRate: 48_000, bitrate: 16_000 })
  const voipPackets = pcm.map(frame => voip.encode(frame))
  const decoder = await opus.decoder({ sampleRate: 16_000 })
  const voipDecoder = await opus.decoder({ sampleRate: 16_000 })
  return [
    { stage: 'Opus encode 48 kHz, low-delay 32 kbit/s', run: i => lowDelay.encode(pick(pcm, i)) },
    { stage: 'Opus decode → 16 kHz, low-delay', run: i => decoder.decode(pick(packets, i)) },
    { stage: 'Opus encode 48 kHz, voip 16 kbit/s', run: i => voip.encode(pick(pcm, i)) },
    { stage: 'Opus decode → 16 kHz, voip', run: i => voipDecoder.decode(pick(voipPackets, i)) },
  ]
}

function frameCases(speech: Speech): readonly Case[] {
  const pcm = speech[16_000]
  const level = { rmsDbfs: 0, peakDbfs: 0 }
  const meter = createMeter()
  const toMeter = frames(pcm, 16_000)
  const reframer = createReframer({ frameMs: 32, rate: 16_000 })
  const toReframer = frames(pcm, 16_000)
  const steady = createGain({ rate: 16_000 })
  steady.rampTo(-18, 1)
  const ramping = createGain({ rate: 16_000 })
  return [
    { stage: 'level, 16 kHz', run: i => measureLevel(pick(pcm, i), level) },
    { stage: 'meter, 16 kHz', run: i => meter.hear(toMeter(i)) },
    { stage: 're-frame 20 → 32 ms, 16 kHz', run: i => reframer.process(toReframer(i), ignore) },
    { stage: 'gain, steady −18 dB, 16 kHz', run: i => steady.apply(pick(pcm, i)) },
    {
      stage: 'gain, ramping, 16 kHz',
      run: i => {
        ramping.rampTo(i % 2 === 0 ? -18 : 0, 40)
        ramping.apply(pick(pcm, i))
      },
    },
  ]
}

function ignore(): void {}

/** The samples as frames on a running media time; one object, filled again for each. */
function frames(samples: readonly Int16Array[], rate: number): (index: number) => AudioFrame {
  const frame = { samples: pick(samples, 0), rate, atMs: 0 }
  return index => {
    frame.samples = pick(samples, index)
    frame.atMs += 20
    return frame
  }
}

function measure({ stage, run }: Case): Result {
  for (let i = 0; i < warmUpFrames; i++) run(i)
  const perFrameUs: number[] = []
  const cpuBefore = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++) {
    const began = process.hrtime.bigint()
    for (let i = 0; i < batchFrames; i++) run(batch * batchFrames + i)
    perFrameUs.push(Number(process.hrtime.bigint() - began) / 1000 / batchFrames)
  }
  const cpu = process.cpuUsage(cpuBefore)
  const cpuUs = (cpu.user + cpu.system) / (batches * batchFrames)
  perFrameUs.sort((a, b) => a - b)
  const bytesPerFrame = Math.max(0, allocated(run) - allocated(ignore))
  return {
    stage,
    medianUs: quantile(perFrameUs, 0.5),
    p95Us: quantile(perFrameUs, 0.95),
    cpuUs,
    bytesPerFrame,
  }
}

/** Bytes on the heap and in array buffers per run: the median of rounds too short for a collection in between. */
function allocated(run: Run): number {
  const rounds: number[] = []
  for (let round = 0; round < allocationRounds; round++) {
    collectGarbage()
    const before = usedBytes()
    for (let i = 0; i < allocationFrames; i++) run(i)
    rounds.push((usedBytes() - before) / allocationFrames)
  }
  rounds.sort((a, b) => a - b)
  return quantile(rounds, 0.5)
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number
}

function report(rows: readonly Result[]): void {
  const machine = {
    command: 'node bench/dist/audio-stages.js',
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}`,
    node: process.version,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ ...machine, batchFrames, batches, results: rows }, null, 2))
    return
  }
  console.log(
    `${machine.command}\n${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage}\n`,
  )
  console.log(
    `${'per 20 ms frame'.padEnd(42)}${'median µs'.padStart(10)}${'p95 µs'.padStart(10)}${'CPU µs'.padStart(10)}${'bytes'.padStart(8)}`,
  )
  for (const { stage, medianUs, p95Us, cpuUs, bytesPerFrame } of rows) {
    const figures = [medianUs, p95Us, cpuUs].map(us => us.toFixed(2).padStart(10)).join('')
    console.log(stage.padEnd(42) + figures + bytesPerFrame.toFixed(0).padStart(8))
  }
}
