/**
 * Streaming sample-rate conversion of mono PCM16 by the Speex resampler (SIMD WebAssembly).
 *
 * The filter's delay is taken out, so output sample k is the sound at time k / toRate of the stretch, and
 * `flush` gives the tail that is still in the filter: a stretch of n samples becomes ceil(n · toRate / fromRate).
 * A stretch begins with the first sample, and again after each `flush`.
 */
import loadSpeex, { type SpeexModule } from '@echogarden/speex-resampler-wasm/simd'

/** Lowest and highest rate that can be converted, in Hz. */
export const resampleRates = { min: 8_000, max: 192_000 } as const

export interface ResamplerOptions {
  /** Hz, an integer of 8000–192000. */
  readonly fromRate: number
  /** Hz, an integer of 8000–192000. */
  readonly toRate: number
  /** 0 (fast) to 10 (narrowest transition). Default 5: aliases of speech rates stay below −60 dB. */
  readonly quality?: number
}

export interface Resampler {
  readonly fromRate: number
  readonly toRate: number
  /** Any number of samples in; 0..n out. The answer is valid until the next call on this resampler. */
  process(samples: Int16Array): Int16Array
  /** The rest of the stretch, so that its duration is kept; the next `process` begins a new stretch. */
  flush(): Int16Array
  /** Frees the filter; calling it twice is fine. Later frames give no samples. */
  close(): void
}

export interface Resampling {
  /**
   * A resampler of its own state. Same rate in and out: hands the input back untouched.
   * @throws RangeError for a rate or quality out of range.
   */
  create(options: ResamplerOptions): Resampler
}

/** Loads the WebAssembly module. Load once per process or page and share it: all resamplers use its memory. */
export async function loadResampling(): Promise<Resampling> {
  const speex = await loadSpeex()
  const scratch = allocateScratch(speex)
  return {
    create({ fromRate, toRate, quality = 5 }) {
      requireRate('fromRate', fromRate)
      requireRate('toRate', toRate)
      if (!Number.isInteger(quality) || quality < 0 || quality > 10) {
        throw new RangeError(`quality is ${quality}; give an integer of 0–10.`)
      }
      return fromRate === toRate
        ? passThrough(fromRate)
        : createResampler(speex, scratch, { fromRate, toRate, quality })
    },
  }
}

function requireRate(name: string, rate: number): void {
  if (Number.isInteger(rate) && rate >= resampleRates.min && rate <= resampleRates.max) return
  throw new RangeError(
    `${name} is ${rate} Hz; give an integer of ${resampleRates.min}–${resampleRates.max} Hz, such as 16000.`,
  )
}

const noSamples = new Int16Array(0)

function passThrough(rate: number): Resampler {
  let open = true
  return {
    fromRate: rate,
    toRate: rate,
    process: samples => (open ? samples : noSamples),
    flush: () => noSamples,
    close: () => {
      open = false
    },
  }
}

/** Samples that go through the module in one call; longer input goes in pieces. */
const scratchSamples = 4096

/** Where input, output and their lengths stand in the module's memory; shared, as every call is synchronous. */
interface Scratch {
  readonly input: number
  readonly output: number
  readonly inputLength: number
  readonly outputLength: number
}

function allocateScratch(speex: SpeexModule): Scratch {
  const input = speex._malloc(scratchSamples * 4 + 8)
  if (input === 0) throw new Error('The resampler got no memory; close other sessions or give more memory.')
  const output = input + scratchSamples * 2
  const inputLength = output + scratchSamples * 2
  return { input, output, inputLength, outputLength: inputLength + 4 }
}

function createResampler(
  speex: SpeexModule,
  scratch: Scratch,
  options: Required<ResamplerOptions>,
): Resampler {
  const { fromRate, toRate, quality } = options
  let state = speex._speex_resampler_init(1, fromRate, toRate, quality, scratch.inputLength)
  if (state === 0) throw new Error('The resampler got no memory; close other sessions or give more memory.')
  speex._speex_resampler_skip_zeros(state)
  const silence = new Int16Array(speex._speex_resampler_get_input_latency(state))
  const output = createOutput()
  let consumed = 0
  let produced = 0

  /** Runs `samples` through the filter and gives how many samples stand in `output`, at most `limit`. */
  function run(samples: Int16Array, limit: number): number {
    output.reserve(Math.ceil((samples.length * toRate) / fromRate) + 2)
    let length = 0
    let from = 0
    while (from < samples.length) {
      const whole = from === 0 && samples.length <= scratchSamples
      const offered = whole ? samples : samples.subarray(from, from + scratchSamples)
      speex.HEAP16.set(offered, scratch.input >> 1)
      speex.HEAP32[scratch.inputLength >> 2] = offered.length
      speex.HEAP32[scratch.outputLength >> 2] = scratchSamples
      speex._speex_resampler_process_int(
        state,
        0,
        scratch.input,
        scratch.inputLength,
        scratch.output,
        scratch.outputLength,
      )
      const got = Math.min(speex.HEAP32[scratch.outputLength >> 2] as number, limit - length)
      output.copy(speex.HEAP16, scratch.output >> 1, length, got)
      length += got
      from += speex.HEAP32[scratch.inputLength >> 2] as number
    }
    return length
  }

  return {
    fromRate,
    toRate,
    process(samples) {
      if (state === 0) return noSamples
      const length = run(samples, Number.POSITIVE_INFINITY)
      consumed += samples.length
      produced += length
      return output.view(length)
    },
    flush() {
      if (state === 0) return noSamples
      const length = run(silence, Math.ceil((consumed * toRate) / fromRate) - produced)
      speex._speex_resampler_reset_mem(state)
      speex._speex_resampler_skip_zeros(state)
      consumed = 0
      produced = 0
      return output.view(length)
    },
    close() {
      if (state === 0) return
      speex._speex_resampler_destroy(state)
      state = 0
    },
  }
}

/**
 * The resampler's own output buffer. A view of the module's memory would be detached when another resampler
 * makes it grow. The last two views are kept, since frame lengths of a steady stream alternate between two.
 */
function createOutput() {
  let buffer = new Int16Array(1024)
  let recent = buffer.subarray(0, 0)
  let older = recent
  return {
    reserve(length: number): void {
      if (buffer.length >= length) return
      buffer = new Int16Array(length + (length >> 1))
      recent = buffer.subarray(0, 0)
      older = recent
    },
    copy(source: Int16Array, from: number, at: number, length: number): void {
      for (let i = 0; i < length; i++) buffer[at + i] = source[from + i] as number
    },
    view(length: number): Int16Array {
      if (recent.length === length) return recent
      const view = older.length === length ? older : buffer.subarray(0, length)
      older = recent
      recent = view
      return view
    },
  }
}
