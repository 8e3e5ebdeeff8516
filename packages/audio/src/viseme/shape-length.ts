/** How long each shape usually lasts in speech, to share the time of a word among its shapes; only ratios count. */
import type { Viseme } from './viseme.js'

/** Means over two embedded voices, English and Spanish text, ms, rounded. */
export const usualMs: Readonly<Record<Viseme, number>> = {
  sil: 100,
  PP: 75,
  FF: 85,
  TH: 70,
  DD: 60,
  kk: 75,
  CH: 100,
  SS: 95,
  nn: 65,
  RR: 75,
  aa: 105,
  E: 80,
  I: 80,
  O: 100,
  U: 80,
}
