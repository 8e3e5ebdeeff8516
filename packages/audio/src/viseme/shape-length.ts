/** How long each shape usually lasts in speech, to share the time of a word among its shapes; only ratios count. */
import type { Viseme } from './viseme.js'

/** Means over the embedded voices, English and Spanish text, ms, rounded to 5; neighbours of one shape count as one. */
export const usualMs: Readonly<Record<Viseme, number>> = {
  sil: 100,
  PP: 75,
  FF: 90,
  TH: 70,
  DD: 55,
  kk: 75,
  CH: 120,
  SS: 100,
  nn: 85,
  RR: 95,
  aa: 100,
  E: 75,
  I: 90,
  O: 100,
  U: 85,
}
