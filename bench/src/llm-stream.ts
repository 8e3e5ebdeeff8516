/**
 * What our adapters of minds cost over the raw stream of the vendor.
 *
 *   npx tsc -b bench && node bench/dist/llm-stream.js [--json]
 *
 * Reading: an answer of 1,000 tokens is there already, an event a chunk as vendors send them; the time until the adapter
 * has given the last part, per token (the making of the request included), and that of taking the same chunks without
 * looking at them. First token: a simulated vendor on loopback that answers at once; the adapter from `stream()` to its
 * first text, a raw client from the request (made before) to the bytes with the first word, in pairs right after each
 * other. Client and vendor share one process and one thread, so the times hold the vendor's work as well; what is added
 * is the difference of each pair.
 */
import { cpus, loadavg } from 'node:os'
import { type FirstToken, measureFirstToken } from './llm/first-token.js'
import { minds } from './llm/minds.js'
import { measureReading, type Reading } from './llm/reading.js'

const readings: Reading[] = []
for (const mind of minds) readings.push(await measureReading(mind))
const firsts: FirstToken[] = []
for (const mind of minds) firsts.push(await measureFirstToken(mind))

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  load: loadavg()[0]?.toFixed(2) ?? '',
}

if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, readings, firsts }, null, 2))
else {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${machine.load}\n`)
  console.log('reading, µs a token         median      p95      CPU      raw    bytes')
  for (const { name, bytesPerToken, ...each } of readings) {
    const cells = [each.usPerToken, each.p95UsPerToken, each.cpuUsPerToken, each.rawUsPerToken].map(cell)
    console.log(`${name.padEnd(25)} ${cells.join(' ')} ${String(bytesPerToken).padStart(8)}`)
  }
  console.log('\nfirst token, ms            own p50   p99  raw p50   p99  added p50  p99')
  for (const { name, ownMs, rawMs, addedMs } of firsts)
    console.log(
      `${name.padEnd(25)} ${[ownMs, rawMs, addedMs].map(({ p50, p99 }) => `${cell(p50)} ${cell(p99)}`).join(' ')}`,
    )
}

function cell(value: number): string {
  return value.toFixed(2).padStart(8)
}
