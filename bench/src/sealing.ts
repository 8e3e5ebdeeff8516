/**
 * What encryption costs: µs to seal and to open the sound of 20 ms (PCM16 at 24 kHz, 960 bytes, and an Opus packet of 40
 * bytes), in the gateway and with WebCrypto as a page has it; and the handshake.
 *
 *   npx tsc -b bench && node bench/dist/sealing.js [--json]
 *
 * Time: means of batches of 100 frames after a warm-up, as median and 95th percentile over the batches, by the wall clock;
 * and CPU time of the process, its threads for cryptography included, which other processes do not raise by waiting.
 * WebCrypto is Node's: one frame after the other, each awaited, so that what is measured is how late a frame gets.
 */
import { cpus, loadavg } from 'node:os'
import { createFrameOpener, createFrameSealer, createGatewayIdentity, frameKeysOf } from '@parley/transports'
import { beginEncryption } from '../../packages/client/dist/encryption/begin-encryption.js'
import { frameKeysOf as pageKeysOf } from '../../packages/client/dist/encryption/frame-keys-of.js'
import {
  createFrameOpener as createPageOpener,
  createFrameSealer as createPageSealer,
} from '../../packages/client/dist/encryption/frames.js'
import { answerEncrypt } from '../../packages/transports/dist/ws/sealed/answer-encrypt.js'

const BATCH = 100
const BATCHES = 100

interface Result {
  readonly what: string
  readonly medianUs: number
  readonly p95Us: number
  readonly cpuUs: number
}

const { subtle } = globalThis.crypto
const baseKey = new Uint8Array(32).fill(7)
const results: Result[] = []

for (const [name, bytes] of [
  ['PCM16, 960 bytes', 960],
  ['Opus, 40 bytes', 40],
] as const) {
  const sound = new Uint8Array(bytes).fill(3)
  const keys = frameKeysOf(baseKey, 0)
  const sealer = createFrameSealer(keys)
  results.push(await measure(`gateway seals ${name}`, () => sealer.seal(sound)))
  const source = createFrameSealer(keys)
  const sealed = Array.from({ length: BATCH * (BATCHES + 10) }, () => source.seal(sound))
  const opener = createFrameOpener(keys)
  let at = 0
  results.push(await measure(`gateway opens ${name}`, () => opener.open(sealed[at++] ?? Buffer.alloc(0))))
  const pageKeys = await pageKeysOf(subtle, baseKey.buffer, 0)
  const pageSealer = createPageSealer(subtle, pageKeys)
  results.push(await measure(`page seals ${name}`, () => pageSealer.seal(sound)))
  const pageOpener = createPageOpener(subtle, pageKeys)
  let pageAt = 0
  results.push(
    await measure(`page opens ${name}`, () =>
      pageOpener.open(new Uint8Array(sealed[pageAt++] ?? Buffer.alloc(0))),
    ),
  )
}

const identity = createGatewayIdentity(baseKey)
const begun = await beginEncryption({ subtle, pins: [identity.pin] })
results.push(
  await measure('gateway answers a handshake', () => answerEncrypt(begun.message.key, identity), 5),
)
const handlers = { send() {}, text() {}, audio() {}, unopened() {}, broken() {} }
const { message } = answerEncrypt(begun.message.key, identity)
results.push(await measure('page begins a handshake', () => beginEncryption({ subtle, pins: [] }), 5))
results.push(await measure('page checks the answer', () => begun.answered(message, handlers), 5))

if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2))
else {
  console.log(
    `node bench/dist/sealing.js · ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  )
  for (const { what, medianUs, p95Us, cpuUs } of results)
    console.log(`${what.padEnd(34)} median ${us(medianUs)} p95 ${us(p95Us)} CPU ${us(cpuUs)}`)
}

function us(value: number): string {
  return `${value.toFixed(1).padStart(8)} µs`
}

async function measure(what: string, run: () => unknown, batch = BATCH): Promise<Result> {
  const times: number[] = []
  let cpu = process.cpuUsage()
  for (let i = 0; i < BATCHES + 10; i++) {
    if (i === 10) cpu = process.cpuUsage()
    const start = process.hrtime.bigint()
    for (let k = 0; k < batch; k++) {
      const result = run()
      if (result instanceof Promise) await result
    }
    if (i >= 10) times.push(Number(process.hrtime.bigint() - start) / 1000 / batch)
  }
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN
  return { what, medianUs: at(0.5), p95Us: at(0.95), cpuUs: (user + system) / (BATCHES * batch) }
}
