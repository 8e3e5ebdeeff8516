/**
 * How far what a page shows is from what its loudspeaker gives. To be run in a page before its player is made. The sound is
 * taken by a worklet beside the loudspeaker, with the time of the sound card; what is shown is asked for every 4 ms.
 */

/** Sets `globalThis.skewProbe`. */
export const skewProbe = `(() => {
  const ear = "registerProcessor('skew-ear', class extends AudioWorkletProcessor {" +
    "constructor() { super(); this.powers = []; this.from = 0 }" +
    "process([[input]]) { let power = 0; if (input) for (const sample of input) power += sample * sample;" +
    "if (this.powers.length === 0) this.from = currentFrame; this.powers.push(power / 128);" +
    "if (this.powers.length === 32) { this.port.postMessage({ from: this.from, powers: this.powers }); this.powers = [] }" +
    "return true } })"
  const connect = AudioNode.prototype.connect
  const blocks = []
  const shown = []
  const distances = []
  let opened
  AudioNode.prototype.connect = function (to, ...rest) {
    const result = connect.call(this, to, ...rest)
    if (!(to instanceof AudioDestinationNode)) return result
    opened ??= (async () => {
      const url = URL.createObjectURL(new Blob([ear], { type: 'text/javascript' }))
      await this.context.audioWorklet.addModule(url)
      const node = new AudioWorkletNode(this.context, 'skew-ear')
      node.port.onmessage = ({ data }) =>
        data.powers.forEach((power, i) => blocks.push([(data.from + 128 * i + 64) / this.context.sampleRate, power]))
      connect.call(node, to)
      return node
    })()
    opened.then(node => connect.call(this, node))
    return result
  }
  globalThis.skewProbe = {
    async watch(timeline, context) {
      await opened
      let count = 0
      const look = () => {
        const now = performance.now()
        const { reply, playedMs, frame, viseme } = timeline.at(now)
        shown.push([now, reply === undefined ? -1 : playedMs, frame === undefined ? -100 : frame.levelDb, viseme === 'sil' ? 0 : 1, reply])
        if (count++ % 10 === 0) {
          const { contextTime, performanceTime } = context.getOutputTimestamp()
          if (performanceTime > 0) distances.push([now, contextTime - performanceTime / 1000])
        }
        setTimeout(look, 4)
      }
      look()
    },
    result: () => ({ blocks, shown, distances }),
  }
})()`

export interface Probed {
  /** Context time of the middle of 128 samples, s, and their power. */
  readonly blocks: readonly (readonly [number, number])[]
  /** Page time, ms; place that is shown, −1 for none; level, dBFS; whether the mouth moves; of which reply. */
  readonly shown: readonly (readonly [number, number, number, number, string | undefined])[]
  /** Page time, ms, and by how much context time was ahead of it, s, as the browser said now and then. */
  readonly distances: readonly (readonly [number, number])[]
}

interface Curve {
  readonly atMs: number
  readonly db: number
}

export interface Skew {
  /** Shown later than heard is more than 0, ms: one for each change. */
  readonly ms: readonly number[]
  /** Changes of the one that the other has not. */
  readonly unmatched: number
}

const AROUND_MS = 400

/** When what has a context time, s, is at the ear, ms of the page: by what the browser said about then. */
export function pageClockOf(distances: Probed['distances']): (contextS: number) => number {
  const overall = median(distances.map(([, distance]) => distance))
  return contextS => {
    const aboutMs = (contextS - overall) * 1000
    const near = distances.filter(([atMs]) => Math.abs(atMs - aboutMs) <= AROUND_MS)
    const distance = near.length < 3 ? overall : median(near.map(([, each]) => each))
    return (contextS - distance) * 1000
  }
}

/** A sample of what is shown may be so late, ms: then it is another change. */
const FARTHEST_MS = 150
/** Between two looks of a page that is not held up, ms. */
const LONGEST_GAP_MS = 20
/** 128 samples are louder. */
const LOUD_DB = -40

/** When the mouth begins and ends to move, against when the sound does. */
export function mouthSkewOf({ blocks, shown, distances }: Probed): Skew {
  const pageMs = pageClockOf(distances)
  const heard = blocks.map(([atS, power]) => ({ atMs: pageMs(atS), db: dbOf(power) }))
  const seen = shown.map(([atMs, , , mouth]) => ({ atMs, db: mouth === 1 ? 0 : -100 }))
  const [a, b] = [crossings(heard, LOUD_DB), crossings(seen, LOUD_DB)]
  const pairs: { readonly ms: number; readonly gapMs: number }[] = []
  for (const each of a) {
    const others = b
      .filter(({ up }) => up === each.up)
      .map(({ atMs, gapMs }) => ({ ms: atMs - each.atMs, gapMs }))
    const nearest = others.sort((x, y) => Math.abs(x.ms) - Math.abs(y.ms))[0]
    if (nearest !== undefined && Math.abs(nearest.ms) <= FARTHEST_MS) pairs.push(nearest)
  }
  const unmatched = Math.max(a.length, b.length) - pairs.length
  // A page that did not come to draw shows when the machine had time, and says nothing of the clocks.
  return { ms: pairs.filter(({ gapMs }) => gapMs <= LONGEST_GAP_MS).map(({ ms }) => ms), unmatched }
}

const GRID_MS = 4
const SEGMENT_MS = 600
const LONGEST_LAG_MS = 100
/** What a frame looks at, ms: the level of what is heard is taken over as much. */
const WINDOW_MS = 64
const FLOOR_DB = -60

/** By how much the level that is shown lags behind the one that is heard, ms: of each segment, where both are most alike. */
export function levelLagsOf({ blocks, shown, distances }: Probed): readonly number[] {
  const pageMs = pageClockOf(distances)
  const powers = smoothed(blocks.map(([atS, power]) => ({ atMs: pageMs(atS), power })))
  const fromMs = Math.max(powers[0]?.atMs ?? 0, shown[0]?.[0] ?? 0)
  const heard = onGrid(powers, fromMs)
  const seen = onGrid(
    shown.map(([atMs, , db]) => ({ atMs, db })),
    fromMs,
  )
  const ends = shown.flatMap(([atMs, place], at) =>
    place < 0 && (shown[at - 1]?.[1] ?? -1) >= 0 ? [(atMs - fromMs) / GRID_MS] : [],
  )
  const [segment, most] = [SEGMENT_MS / GRID_MS, LONGEST_LAG_MS / GRID_MS]
  const lags: number[] = []
  for (let at = most; at + segment + most < Math.min(heard.length, seen.length); at += segment / 2) {
    const piece = heard.slice(at, at + segment)
    if (Math.max(...piece) - Math.min(...piece) < 20) continue
    // Frames are of whole sound: where it was cut or came too late, levels alone are no measure.
    if (ends.some(end => end >= at - most && end < at + segment + most)) continue
    let best = { likeness: 0.8, lag: Number.NaN }
    for (let lag = -most; lag <= most; lag++) {
      const likeness = likenessOf(piece, seen.slice(at + lag, at + lag + segment))
      if (likeness > best.likeness) best = { likeness, lag }
    }
    if (!Number.isNaN(best.lag)) lags.push(best.lag * GRID_MS)
  }
  return lags
}

const dbOf = (power: number): number => 10 * Math.log10(Math.max(1e-10, power))

function onGrid(curve: readonly Curve[], fromMs: number): number[] {
  const values: number[] = []
  let at = 0
  for (let ms = fromMs; at + 1 < curve.length; ms += GRID_MS) {
    while (at + 1 < curve.length && (curve[at + 1]?.atMs ?? 0) <= ms) at++
    values.push(Math.max(FLOOR_DB, curve[at]?.db ?? FLOOR_DB))
  }
  return values
}

function likenessOf(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [aMean, bMean] = [mean(a), mean(b)]
  let [both, aSquare, bSquare] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - aMean, (b[i] ?? 0) - bMean]
    both += x * y
    aSquare += x * x
    bSquare += y * y
  }
  return both / Math.sqrt(aSquare * bSquare || 1)
}

/** RMS over the window around each block. */
function smoothed(blocks: readonly { readonly atMs: number; readonly power: number }[]): Curve[] {
  const curve: Curve[] = []
  let [from, to, sum] = [0, 0, 0]
  for (const { atMs } of blocks) {
    for (; (blocks[to]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs + WINDOW_MS / 2; to++)
      sum += blocks[to]?.power ?? 0
    for (; (blocks[from]?.atMs ?? atMs) < atMs - WINDOW_MS / 2; from++) sum -= blocks[from]?.power ?? 0
    curve.push({ atMs, db: dbOf(sum / (to - from)) })
  }
  return curve
}

function crossings(curve: readonly Curve[], thresholdDb: number) {
  const found: { atMs: number; up: boolean; gapMs: number }[] = []
  for (let at = 1; at < curve.length; at++) {
    const [before, after] = [curve[at - 1] as Curve, curve[at] as Curve]
    const up = after.db > thresholdDb
    if (before.db > thresholdDb !== up)
      found.push({ atMs: (before.atMs + after.atMs) / 2, up, gapMs: after.atMs - before.atMs })
  }
  return found
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** The value that `share` of them are not above. */
export function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN
}
