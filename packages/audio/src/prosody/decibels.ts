/** Power, of full scale 1, in decibels; what is less than −100 dB is silence. */

export const silentDb = -100
export const silentPower = 1e-10

export function dbOf(power: number): number {
  return power <= silentPower ? silentDb : 10 * Math.log10(power)
}
