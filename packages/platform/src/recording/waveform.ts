/** The shape of a recording for a page: the lowest and highest sample of each stretch, as audiowaveform writes it (version 2). */

export interface Waveform {
  readonly version: 2
  readonly channels: 2
  /** Hz of the sound. */
  readonly sample_rate: number
  readonly samples_per_pixel: number
  readonly bits: 8
  /** Stretches; `data` has four numbers for each: lowest and highest of the caller, then of the agent, −128…127. */
  readonly length: number
  readonly data: readonly number[]
}

export interface WaveformMaker {
  /** PCM16, caller and agent interleaved, in pieces of any length. */
  hear(samples: Int16Array): void
  end(): Waveform
}

/** `stretchMs`: length of one stretch, default 50. */
export function createWaveform(rate: number, stretchMs = 50): WaveformMaker {
  const perPixel = Math.round((rate * stretchMs) / 1000)
  const data: number[] = []
  let count = 0
  let [callerLow, callerHigh, agentLow, agentHigh] = [0, 0, 0, 0]

  const close = (): void => {
    data.push(callerLow >> 8, callerHigh >> 8, agentLow >> 8, agentHigh >> 8)
    count = 0
  }

  return {
    hear(samples) {
      for (let i = 0; i + 1 < samples.length; i += 2) {
        const caller = samples[i] as number
        const agent = samples[i + 1] as number
        if (count === 0) {
          callerLow = callerHigh = caller
          agentLow = agentHigh = agent
        }
        if (caller < callerLow) callerLow = caller
        if (caller > callerHigh) callerHigh = caller
        if (agent < agentLow) agentLow = agent
        if (agent > agentHigh) agentHigh = agent
        count++
        if (count === perPixel) close()
      }
    },
    end() {
      if (count > 0) close()
      return {
        version: 2,
        channels: 2,
        sample_rate: rate,
        samples_per_pixel: perPixel,
        bits: 8,
        length: data.length / 4,
        data,
      }
    },
  }
}
