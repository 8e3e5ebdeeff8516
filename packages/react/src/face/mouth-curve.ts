/**
 * The outline of a mouth: two corners and the heights of its lips, in units of the head's radius around the mouth's
 * middle, y down. Whoever draws (canvas, SVG) makes two cubic curves of it.
 */
import type { Face } from './face-types.js'

export interface MouthCurve {
  /** The corners are at (−halfWidth, corner) and (halfWidth, corner). */
  readonly halfWidth: number
  readonly corner: number
  /** Control points of the lips: at ±bend·halfWidth, at these heights. */
  readonly bend: number
  readonly upper: number
  readonly lower: number
  /** Whether there is something to be seen between the lips. */
  readonly open: boolean
}

export function mouthCurve({ mouth, smile }: Face): MouthCurve {
  const spread = mouth.wide > 0 ? 0.3 * mouth.wide : 0.34 * mouth.wide
  const halfWidth =
    0.27 *
    (1 + spread) *
    (1 - 0.36 * mouth.round) *
    (1 + 0.16 * Math.max(0, smile)) *
    (1 - 0.12 * mouth.press)
  const height = 0.5 * Math.max(0, mouth.open) * (1 - 0.1 * Math.min(1, mouth.bite)) * (1 - mouth.press * 0.9)
  // Lips that are pushed forward or wide open have no room for a smile.
  const curl = smile * (1 - 0.75 * mouth.round) * (1 - 0.35 * mouth.open) * (1 - 0.5 * mouth.press)
  const sag = 0.13 * curl
  return {
    halfWidth,
    corner: -0.07 * curl,
    bend: 0.55 + 0.45 * mouth.round + 0.15 * Math.min(1, mouth.open),
    // Round lips open both ways, others with the jaw.
    upper: sag - height * (0.42 + 0.4 * mouth.round),
    lower: sag + height * 0.92,
    open: height > 0.012,
  }
}

/** The same as an SVG path, for a head of `radius` around (0, 0) of the mouth. */
export function mouthPath(face: Face, radius: number): string {
  const { halfWidth, corner, bend, upper, lower } = mouthCurve(face)
  const n = (value: number) => (value * radius).toFixed(2)
  const x = bend * halfWidth
  return (
    `M${n(-halfWidth)} ${n(corner)}` +
    `C${n(-x)} ${n(upper)} ${n(x)} ${n(upper)} ${n(halfWidth)} ${n(corner)}` +
    `C${n(x)} ${n(lower)} ${n(-x)} ${n(lower)} ${n(-halfWidth)} ${n(corner)}Z`
  )
}
