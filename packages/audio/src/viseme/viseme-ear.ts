/**
 * Mouth shapes from sound alone, as it comes: a spectrum every 10 ms, judged by a small network that learned from the
 * embedded voices, whose phones are known. For sound without text or phones, such as that of speech-to-speech models.
 */
import { CONTEXT, createEarNet, weightsOf } from './ear-net.js'
import { createEarSpectrum, FRAME_VALUES, WINDOW_MS } from './ear-spectrum.js'
import { narrowWeights, wideWeights } from './ear-weights.js'
import { type Viseme, visemes } from './viseme.js'

export interface VisemeEarOptions {
  /** Of the samples, Hz, 8,000–48,000. */
  readonly rate: number
  /**
   * Called from `hear` and `end` in order: places in ms of all sound fed, each beginning where the last ended. A shape
   * that lasts comes in pieces of at most 20 ms, a rest in pieces of at most 200 ms, and each at most 35 ms after its
   * first sample was fed.
   */
  readonly told: (viseme: Viseme, startMs: number, endMs: number) => void
}

export interface VisemeEar {
  /** More of the sound, blocks of any length. Allocates nothing. */
  hear(samples: Int16Array): void
  /** The sound is over: what was not decided yet. Afterwards it begins anew at 0. */
  end(): void
}

const HOP_MS = 10
const PIECE_MS = 20
const REST_PIECE_MS = 200
/** Frames kept: as many as the context spans. */
const KEPT = 5
/** Softer is nothing, whatever it looks like: dBFS, and dB below the loudest. */
const QUIET_DBFS = -62
const QUIET_BELOW_DB = 42
/** What is likely now counts this much against what was before. */
const FRESH = 0.6
/** Another shape takes over when it is likelier by this. */
const MARGIN = 0.08
const SIL = 0

/** @throws RangeError for a rate it cannot hear. */
export function createVisemeEar({ rate, told }: VisemeEarOptions): VisemeEar {
  if (!(rate >= 8_000 && rate <= 48_000)) throw new RangeError(`An ear hears 8,000–48,000 Hz, not ${rate}.`)
  const spectrum = createEarSpectrum(rate)
  const window = new Float32Array(spectrum.size)
  const frames = Array.from({ length: KEPT }, () => new Float32Array(FRAME_VALUES))
  const quiet = new Uint8Array(KEPT)
  const inputs = new Float32Array(CONTEXT.length * FRAME_VALUES)
  const nets = { wide: netOf(wideWeights), narrow: netOf(narrowWeights) }
  const likely = new Float32Array(visemes.length)
  const smooth = new Float32Array(visemes.length)
  const half = Math.round((rate * WINDOW_MS) / 2000)
  const at = { fed: 0, frame: 0, untilFrame: half, shape: SIL, fromMs: 0, toMs: 0, endMs: 0, restTold: false }
  const silence = new Int16Array(half)

  function start(): void {
    Object.assign(at, { fed: 0, frame: 0, untilFrame: half, shape: SIL, fromMs: 0, toMs: 0, restTold: false })
    at.endMs = Number.POSITIVE_INFINITY
    window.fill(0)
    quiet.fill(1)
    for (const frame of frames) frame.fill(0)
    smooth.fill(0)
    smooth[SIL] = 1
    spectrum.reset()
  }

  function tell(): void {
    if (at.toMs > at.fromMs) told(visemes[at.shape] as Viseme, at.fromMs, at.toMs)
    at.fromMs = at.toMs
  }

  /** Judges the frame before the last one. */
  function judge(): void {
    const judged = at.frame - 1
    if (judged < 0) return
    for (let each = 0; each < CONTEXT.length; each++) {
      const frame = judged + (CONTEXT[each] as number)
      // Before the beginning is the beginning.
      inputs.set(frames[Math.max(0, frame) % KEPT] as Float32Array, each * FRAME_VALUES)
    }
    if (quiet[judged % KEPT] === 1) {
      likely.fill(0)
      likely[SIL] = 1
    } else (spectrum.isWide ? nets.wide : nets.narrow).judge(inputs, likely)
    let best = at.shape
    for (let shape = 0; shape < visemes.length; shape++) {
      const mixed = FRESH * (likely[shape] as number) + (1 - FRESH) * (smooth[shape] as number)
      smooth[shape] = mixed
    }
    for (let shape = 0; shape < visemes.length; shape++)
      if ((smooth[shape] as number) > (smooth[best] as number)) best = shape
    if ((smooth[best] as number) < (smooth[at.shape] as number) + MARGIN) best = at.shape
    place(best, (judged + 0.5) * HOP_MS)
  }

  /** The shape lasts from where the last one ended to here. */
  function place(shape: number, toMs: number): void {
    if (shape !== at.shape) {
      tell()
      at.shape = shape
      at.restTold = false
    }
    at.toMs = Math.min(toMs, at.endMs)
    if (at.toMs - at.fromMs < (at.restTold ? REST_PIECE_MS : PIECE_MS)) return
    tell()
    at.restTold = shape === SIL
  }

  function look(): void {
    const slot = at.frame % KEPT
    spectrum.read(window, frames[slot] as Float32Array)
    quiet[slot] = spectrum.levelDb < QUIET_DBFS || spectrum.belowDb > QUIET_BELOW_DB ? 1 : 0
    judge()
    at.frame++
    at.untilFrame = Math.round((at.frame * rate * HOP_MS) / 1000) + half - at.fed
  }

  function feed(samples: Int16Array): void {
    for (let from = 0; from < samples.length; ) {
      const count = Math.min(at.untilFrame, samples.length - from)
      window.copyWithin(0, count)
      const keep = window.length - count
      for (let i = 0; i < count; i++) window[keep + i] = (samples[from + i] as number) / 32_768
      from += count
      at.fed += count
      at.untilFrame -= count
      if (at.untilFrame <= 0) look()
    }
  }

  start()
  return {
    hear: feed,
    end() {
      at.endMs = (at.fed * 1000) / rate
      while (at.toMs < at.endMs) feed(silence)
      tell()
      start()
    },
  }
}

function netOf(weights: { readonly scale: number; readonly base64: string }) {
  return createEarNet(weightsOf(weights), CONTEXT.length * FRAME_VALUES)
}
