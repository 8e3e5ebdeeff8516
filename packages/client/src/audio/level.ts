/** Loudness figures for meters: root mean square of a block in dB of full scale. */

/** What a silent block measures; meters treat it as nothing. */
export const SILENCE_DBFS = -100

/** RMS level of the first `count` float samples, in dBFS, not below `SILENCE_DBFS`. */
export function levelDbfs(samples: Float32Array, count = samples.length): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += (samples[i] ?? 0) ** 2
  return powerToDbfs(count === 0 ? 0 : sum / count)
}

/** A mean square (1 = full scale) in dBFS, not below `SILENCE_DBFS`. */
export function powerToDbfs(meanSquare: number): number {
  return meanSquare <= 1e-10 ? SILENCE_DBFS : 10 * Math.log10(meanSquare)
}
