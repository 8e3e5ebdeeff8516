/** What reaches the loudspeaker of a page, taken by a worklet beside it: none of the page's own account. */
import type { Page } from 'playwright-core'

export interface Recording {
  readonly samples: Float32Array
  readonly sampleRate: number
}

/** To be run in a page before its own scripts, without a content security policy. */
export const listenAtLoudspeaker = `(() => {
  const ear = "registerProcessor('test-ear', class extends AudioWorkletProcessor {" +
    "constructor() { super(); this.block = new Float32Array(4800); this.at = 0 }" +
    "process([[input]]) { for (let i = 0; i < 128; i++) { this.block[this.at++] = input ? input[i] : 0;" +
    "if (this.at === 4800) { this.port.postMessage(this.block.slice()); this.at = 0 } } return true } })"
  const connect = AudioNode.prototype.connect
  const ears = new WeakMap()
  const heard = { pieces: [], sampleRate: 0 }
  globalThis.testLoudspeaker = heard

  async function openEar(context, to) {
    const url = URL.createObjectURL(new Blob([ear], { type: 'text/javascript' }))
    await context.audioWorklet.addModule(url)
    const node = new AudioWorkletNode(context, 'test-ear')
    node.port.onmessage = ({ data }) => heard.pieces.push(data)
    heard.sampleRate = context.sampleRate
    connect.call(node, to)
    return node
  }

  AudioNode.prototype.connect = function (to, ...rest) {
    const result = connect.call(this, to, ...rest)
    if (!(to instanceof AudioDestinationNode)) return result
    if (!ears.has(to)) ears.set(to, openEar(this.context, to))
    ears.get(to).then(node => connect.call(this, node))
    return result
  }
})()`

/** All that was heard, once the loudspeaker is silent: the ear tells in pieces of a tenth of a second. */
export async function recordedAt(page: Page): Promise<Recording> {
  await page.waitForFunction(() => {
    const heard = (globalThis as unknown as { testLoudspeaker: { pieces: Float32Array[] } }).testLoudspeaker
    return heard.pieces.at(-1)?.every(sample => sample === 0)
  })
  const { text, sampleRate } = await page.evaluate(() => {
    const heard = (
      globalThis as unknown as { testLoudspeaker: { pieces: Float32Array[]; sampleRate: number } }
    ).testLoudspeaker
    const samples = heard.pieces.flatMap(piece => [...piece].map(sample => Math.round(sample * 32_768)))
    return { text: samples.join(' '), sampleRate: heard.sampleRate }
  })
  return { samples: Float32Array.from(text.split(' '), sample => Number(sample) / 32_768), sampleRate }
}

export function levelDbfs({ samples }: Pick<Recording, 'samples'>): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length)
  return 10 * Math.log10(power + 1e-12)
}

const COARSE_HZ = 4_000
/** Enough of a voice to be found again. */
const PROBE_MS = 600

/**
 * How much of `sound` was heard before the loudspeaker fell silent for good, ms: its beginning is found in the
 * recording by correlation, its end is the last sample that is not nothing.
 */
export function heardOf(
  sound: Recording,
  recording: Recording,
): { readonly ms: number; readonly match: number } {
  const probe = coarse(sound).subarray(0, (PROBE_MS * COARSE_HZ) / 1000)
  const heard = coarse(recording)
  let start = 0
  let match = 0
  for (let at = 0; at + probe.length <= heard.length; at++) {
    let both = 0
    let power = 0
    for (let i = 0; i < probe.length; i++) {
      const sample = heard[at + i] ?? 0
      both += (probe[i] ?? 0) * sample
      power += sample * sample
    }
    const likeness = power === 0 ? 0 : both / Math.sqrt(power)
    if (likeness > match) [start, match] = [at, likeness]
  }
  const own = Math.sqrt(probe.reduce((sum, sample) => sum + sample * sample, 0))
  const end = recording.samples.findLastIndex(sample => sample !== 0) + 1
  return { ms: (end * 1000) / recording.sampleRate - (start * 1000) / COARSE_HZ, match: match / own }
}

function coarse({ samples, sampleRate }: Recording): Float32Array {
  const step = sampleRate / COARSE_HZ
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const part = samples.subarray(Math.floor(i * step), Math.floor((i + 1) * step))
    return part.reduce((sum, sample) => sum + sample, 0) / part.length
  })
}
