/**
 * What the processors of the audio thread hold, said on its console once a second: how much sound, how many bytes, how often
 * it ran dry. Only where the gateway was started with `AUDIO_WORKLET_DEBUG=true`, which marks the program it serves.
 */

export interface DebugReport {
  /** Once for each render quantum, of so many samples; `tell` is asked once a second. */
  rendered(count: number, tell: () => string): void
}

/** `print` is undefined where nothing is to be said. */
export function createDebugReport(
  name: string,
  sampleRate: number,
  print: ((line: string) => void) | undefined,
): DebugReport {
  let samples = 0
  return {
    rendered(count, tell) {
      if (print === undefined) return
      samples += count
      if (samples < sampleRate) return
      samples -= sampleRate
      print(`${name}: ${tell()}`)
    },
  }
}
