/**
 * What loss does to speech over WebRTC: the receiver's sound against that of the same packets with none lost, where packets
 * were lost.
 *
 *   npx tsc -b bench && node bench/dist/rtc-loss.js [--seed 1] [--json]
 *
 * Recordings of fixtures/audio, coded as a call codes them (Opus, 32 kbit/s, 20 ms), packets thrown away by chance or in
 * pairs, through the receiver of the edge. distance: log-spectral distance of the frames that were lost, dB, mean (Quackenbush
 * et al., Objective Measures of Speech Quality, 1988); level: how much too loud or soft they are, dB, mean of the absolute.
 * silence stands for a receiver that makes nothing up. Frames below −50 dBFS do not count.
 */
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadOpus, loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { seededRandom } from '@parley/sim'
import { createAudioReceiver } from '../../packages/transports/dist/webrtc/audio-receiver.js'
import { defaultRtcLimits } from '../../packages/transports/dist/webrtc/rtc-limits.js'
import { openOpusDecoder, openOpusEncoder } from '../../packages/transports/dist/webrtc/rtp-codec.js'
import { writeRtpHeader } from '../../packages/transports/dist/webrtc/rtp-packet.js'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
})
const RATE = 24_000
const HEARD_RATE = 16_000
const FRAME = HEARD_RATE / 50
const QUIET_RMS = 32_768 * 10 ** (-50 / 20)
const folder = fileURLToPath(new URL('../../fixtures/audio/clips/', import.meta.url))
const [opus, resampling] = await Promise.all([loadOpus(), loadResampling()])

async function recordings(): Promise<Int16Array[]> {
  const files = readdirSync(folder).filter(file => /^(en|es)-.*\.wav$/.test(file))
  return Promise.all(
    files.map(async file => {
      const { samples, sampleRate } = await readWavFile(join(folder, file))
      const resampler = resampling.create({ fromRate: sampleRate, toRate: RATE })
      const result = resampler.process(samples).slice()
      resampler.close()
      return result
    }),
  )
}

async function packetsOf(samples: Int16Array, lossPercent: number): Promise<Uint8Array[]> {
  const encoder = await openOpusEncoder(opus, RATE, { bitrate: 32_000, lossPercent })
  const packets: Uint8Array[] = []
  const { frameSamples } = encoder
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples)
    packets.push(encoder.encode(samples.subarray(at, at + frameSamples)).slice())
  encoder.close()
  return packets
}

/** What is heard, frame by frame. */
async function hear(packets: readonly Uint8Array[], isLost: (index: number) => boolean): Promise<Int16Array> {
  const heard = new Int16Array(packets.length * FRAME)
  const receiver = createAudioReceiver({
    decoder: await openOpusDecoder(opus, HEARD_RATE),
    payloadType: 0,
    limits: defaultRtcLimits,
    hear({ samples, atMs }) {
      const at = Math.round((atMs * HEARD_RATE) / 1000)
      heard.set(samples.subarray(0, Math.max(0, heard.length - at)), at)
    },
  })
  for (const [index, payload] of packets.entries()) {
    receiver.beat(index * 20)
    if (isLost(index)) continue
    const bytes = new Uint8Array(12 + payload.length)
    writeRtpHeader(bytes, { marker: false, payloadType: 0, sequence: index, timestamp: index * 960, ssrc: 1 })
    bytes.set(payload, 12)
    receiver.take(bytes, index * 20)
  }
  receiver.beat(packets.length * 20 + 60)
  receiver.close()
  return heard
}

function powers(frame: Int16Array): Float64Array {
  const bins = new Float64Array(FRAME / 2)
  for (let bin = 1; bin < bins.length; bin += 1) {
    let re = 0
    let im = 0
    for (let at = 0; at < frame.length; at++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / frame.length)
      const value = (frame[at] ?? 0) * window
      re += value * Math.cos((2 * Math.PI * bin * at) / frame.length)
      im += value * Math.sin((2 * Math.PI * bin * at) / frame.length)
    }
    bins[bin] = 10 * Math.log10(re * re + im * im + 1e4)
  }
  return bins
}

const rms = (frame: Int16Array) => Math.sqrt(frame.reduce((sum, each) => sum + each * each, 0) / frame.length)
const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

interface Figures {
  readonly distanceDb: number[]
  readonly levelDb: number[]
}

function compare(whole: Int16Array, heard: Int16Array, lost: ReadonlySet<number>, into: Figures): void {
  for (const index of lost) {
    const wanted = whole.subarray(index * FRAME, (index + 1) * FRAME)
    if (wanted.length < FRAME || rms(wanted) < QUIET_RMS) continue
    const got = heard.subarray(index * FRAME, (index + 1) * FRAME)
    const [a, b] = [powers(wanted), powers(got)]
    let sum = 0
    for (let bin = 1; bin < a.length; bin++) sum += ((a[bin] ?? 0) - (b[bin] ?? 0)) ** 2
    into.distanceDb.push(Math.sqrt(sum / (a.length - 1)))
    into.levelDb.push(Math.abs(20 * Math.log10((rms(got) + 1) / (rms(wanted) + 1))))
  }
}

const losses = [
  { name: '5 %', share: 0.05, run: 1 },
  { name: '10 %', share: 0.1, run: 1 },
  { name: '20 %', share: 0.2, run: 1 },
  { name: '10 % in pairs', share: 0.1, run: 2 },
] as const
const manners = ['copies', 'made up', 'silence'] as const

const spoken = await recordings()
const rows: { loss: string; manner: string; frames: number; distanceDb: number; levelDb: number }[] = []
for (const { name, share, run } of losses) {
  for (const manner of manners) {
    const random = seededRandom(Number(values.seed))
    const figures: Figures = { distanceDb: [], levelDb: [] }
    for (const samples of spoken) {
      const packets = await packetsOf(samples, manner === 'copies' ? 20 : 0)
      const lost = new Set<number>()
      for (let index = 1; index < packets.length - run; index++)
        if (random() < share / run) for (let more = 0; more < run; more++) lost.add(index + more)
      const whole = await hear(packets, () => false)
      const heard =
        manner === 'silence' ? new Int16Array(whole.length) : await hear(packets, index => lost.has(index))
      compare(whole, heard, lost, figures)
    }
    const { distanceDb, levelDb } = figures
    rows.push({
      loss: name,
      manner,
      frames: distanceDb.length,
      distanceDb: mean(distanceDb),
      levelDb: mean(levelDb),
    })
  }
}

const machine = `${cpus()[0]?.model}, Node ${process.version}`
if (values.json)
  console.log(JSON.stringify({ machine, seed: values.seed, recordings: spoken.length, rows }, null, 2))
else {
  console.log(`node bench/dist/rtc-loss.js --seed ${values.seed}\n${machine}, ${spoken.length} recordings\n`)
  console.log('loss            lost frames are   frames   distance, dB   level, dB')
  for (const { loss, manner, frames, distanceDb, levelDb } of rows)
    console.log(
      `${loss.padEnd(15)} ${manner.padEnd(17)} ${String(frames).padStart(6)} ${distanceDb.toFixed(1).padStart(14)} ${levelDb.toFixed(1).padStart(11)}`,
    )
}
