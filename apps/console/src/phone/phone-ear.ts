/** Plays what a telephone hears: pieces of 20 ms at 8 kHz, one behind the other, a little later than they come. */

export interface PhoneEar {
  play(samples: Int16Array): void
}

const RATE = 8_000
/** How late the first piece is played, so that the next may come late, s. */
const CUSHION = 0.06
/** Later than this it catches up, s. */
const MOST_AHEAD = 0.5

export function createPhoneEar(context: AudioContext): PhoneEar {
  let nextAt = 0
  return {
    play(samples) {
      if (samples.length === 0) return
      const now = context.currentTime
      if (nextAt > now + MOST_AHEAD) return
      if (nextAt < now) nextAt = now + CUSHION
      const buffer = context.createBuffer(1, samples.length, RATE)
      const channel = buffer.getChannelData(0)
      for (let at = 0; at < samples.length; at++) channel[at] = (samples[at] ?? 0) / 32_768
      const source = new AudioBufferSourceNode(context, { buffer })
      source.connect(context.destination)
      source.start(nextAt)
      nextAt += samples.length / RATE
    },
  }
}
