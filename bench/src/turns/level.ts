/** Levels of sound, dBFS by RMS. */

export const SILENCE_DB = -100

export function levelDb(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const rms = Math.sqrt(sum / Math.max(1, samples.length)) / 32_768
  return Math.max(SILENCE_DB, 20 * Math.log10(rms))
}
