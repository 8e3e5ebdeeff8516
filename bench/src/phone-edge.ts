/**
 * What the phone edge costs: µs per 20 ms frame in and out, and the bytes of a call's minute.
 *
 *   npx tsc -b bench && node bench/dist/phone-edge.js [--json] [--calls 1,100,300]
 *
 * The whole edge from a message's bytes to the inbox of a session and from a session's frame to a message's text, for many
 * calls in turn, over lines in memory: no socket, no recogniser, no voice. Twilio's dialect for µ-law, SignalWire's for
 * PCM16, a human voice both ways. Times are of batches of 300 frames after a warm-up, as median and 95th percentile over
 * 150 of them by the wall clock, and as the mean of the process's CPU time.
 */
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import type { PhoneSoundFormat } from '@parley/sim'
import { type Cost, type EdgeFigures, measureEdge } from './phone-edge/measure-edge.js'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, calls: { type: 'string', default: '1,100,300' } },
})
const counts = values.calls.split(',').map(Number)
const formats: readonly PhoneSoundFormat[] = [
  { encoding: 'mulaw', sampleRate: 8_000 },
  { encoding: 'l16', sampleRate: 16_000 },
  { encoding: 'l16', sampleRate: 24_000 },
]

const file = fileURLToPath(new URL('../../fixtures/audio/clips/jfk.wav', import.meta.url))
const { samples, sampleRate } = await readWavFile(file)
const resampling = await loadResampling()

const figures: EdgeFigures[] = []
for (const format of formats) {
  const voice = voiceAt(format.sampleRate)
  for (const calls of counts) figures.push(await measureEdge({ format, calls }, voice))
}
report()

/** A human voice in 20 ms frames. */
function voiceAt(rate: number): readonly Int16Array[] {
  const resampler = resampling.create({ fromRate: sampleRate, toRate: rate })
  const all = resampler.process(samples).slice()
  resampler.close()
  const size = rate / 50
  return Array.from({ length: Math.floor(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

function report(): void {
  const machine = {
    command: `node bench/dist/phone-edge.js --calls ${values.calls}`,
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}`,
    node: process.version,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
  if (values.json) return console.log(JSON.stringify({ ...machine, figures }, null, 2))
  console.log(
    `${machine.command}\n${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage}\n`,
  )
  console.log('median / p95 / CPU µs           in, a frame         out, a frame       a mark back')
  for (const { format, calls, in: into, out, markBack, coreShare } of figures) {
    const costs = [into, out, markBack].map(cost).join('  ')
    console.log(
      `${nameOf(format).padEnd(14)}${String(calls).padStart(4)} calls  ${costs}  ${share(coreShare)}`,
    )
  }
  console.log('\ntext of a call’s minute, both talking        in           out')
  for (const { format, calls, inBytesPerMinute, outBytesPerMinute } of figures) {
    if (calls !== counts[0]) continue
    console.log(nameOf(format).padEnd(36) + [inBytesPerMinute, outBytesPerMinute].map(kibibytes).join(''))
  }
}

function nameOf({ encoding, sampleRate: rate }: PhoneSoundFormat): string {
  return `${encoding === 'mulaw' ? 'µ-law' : 'L16'}, ${rate / 1000} kHz`
}

function cost({ medianUs, p95Us, cpuUs }: Cost): string {
  return [medianUs, p95Us, cpuUs].map(us => us.toFixed(1).padStart(6)).join('')
}

function share(ofCore: number): string {
  return `${(ofCore * 100).toFixed(1).padStart(5)} % of a core`
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`.padStart(14)
}
