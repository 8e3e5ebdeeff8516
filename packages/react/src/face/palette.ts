/** The colours of a face, as CSS has them. */
import type { ProsodyEmotion } from './face-types.js'
import { moodNames } from './moods.js'

export interface FacePalette {
  /** The head from above to below, and the light on its brow. */
  readonly headTop: string
  readonly headBottom: string
  readonly gleam: string
  readonly shade: string
  readonly eyeWhite: string
  readonly iris: string
  readonly pupil: string
  readonly brow: string
  readonly cheek: string
  readonly mouth: string
  readonly lip: string
  readonly teeth: string
  readonly tongue: string
  /** Of the light around it, for each emotion: red, green, blue, 0..255. */
  readonly aura: Readonly<Record<ProsodyEmotion, Rgb>>
  /** How much of that light there is, 0..1. */
  readonly glow: number
}

export type Rgb = readonly [red: number, green: number, blue: number]

export const lightPalette: FacePalette = {
  headTop: '#9db4ff',
  headBottom: '#6a72e8',
  gleam: 'rgba(255,255,255,0.55)',
  shade: 'rgba(40,36,120,0.16)',
  eyeWhite: '#ffffff',
  iris: '#2f2a6b',
  pupil: '#16133d',
  brow: '#383192',
  cheek: '#ff8fb8',
  mouth: '#3a1746',
  lip: '#4a3fae',
  teeth: '#fffdf8',
  tongue: '#ff7a93',
  aura: { low: [86, 156, 255], neutral: [142, 124, 255], high: [255, 132, 92], detached: [150, 160, 180] },
  glow: 0.62,
}

export const darkPalette: FacePalette = {
  ...lightPalette,
  headTop: '#8aa2ff',
  headBottom: '#5257cf',
  gleam: 'rgba(255,255,255,0.42)',
  shade: 'rgba(0,0,0,0.34)',
  eyeWhite: '#f6f7ff',
  brow: '#262168',
  lip: '#332a8c',
  aura: { low: [74, 144, 255], neutral: [136, 112, 255], high: [255, 120, 76], detached: [132, 142, 165] },
  glow: 0.85,
}

/** The aura's colour where several moods have a share. */
export function auraColour(
  palette: FacePalette,
  mood: Readonly<Record<ProsodyEmotion, number>>,
  alpha: number,
): string {
  let red = 0
  let green = 0
  let blue = 0
  for (const name of moodNames) {
    const share = Math.max(0, mood[name])
    red += palette.aura[name][0] * share
    green += palette.aura[name][1] * share
    blue += palette.aura[name][2] * share
  }
  return `rgba(${Math.round(red)},${Math.round(green)},${Math.round(blue)},${Math.max(0, alpha).toFixed(3)})`
}
