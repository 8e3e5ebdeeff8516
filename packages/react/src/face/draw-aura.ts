/** The light around the head: a glow by brightness and scale, and two rings whose edge shimmers. */
import type { Pen } from './draw-face.js'
import type { Face } from './face-types.js'
import { auraColour, type FacePalette } from './palette.js'

const RESTING_RADIUS = 1.2
const HIDDEN_RADIUS = 0.85
const POINTS = 40

export function drawAura(pen: Pen, face: Face, palette: FacePalette): void {
  const { aura, mood, timeMs } = face
  const radius = RESTING_RADIUS * aura.scale
  const light = aura.brightness * palette.glow
  const glow = pen.createRadialGradient(0, 0, 0.7, 0, 0, radius)
  glow.addColorStop(0, auraColour(palette, mood, light * 0.75))
  glow.addColorStop(0.55, auraColour(palette, mood, light * 0.3))
  glow.addColorStop(1, auraColour(palette, mood, 0))
  pen.fillStyle = glow
  pen.beginPath()
  pen.arc(0, 0, radius, 0, Math.PI * 2)
  // What the head covers is not painted: light over light costs as much as all the rest.
  pen.arc(0, 0, HIDDEN_RADIUS, 0, Math.PI * 2, true)
  pen.fill()
  for (let ring = 0; ring < 2; ring++) {
    const at = (1.06 + 0.13 * ring) * (1 + (aura.scale - 1) * (0.75 + 0.45 * ring))
    pen.strokeStyle = auraColour(palette, mood, light * (0.5 - 0.2 * ring) * (0.35 + aura.shimmer))
    pen.lineWidth = 0.022 - 0.007 * ring
    pen.beginPath()
    ringPath(pen, at, 0.045 * aura.shimmer, timeMs / 1000 + ring * 2)
    pen.stroke()
  }
}

/** Three waves that run round at different speeds: never the same edge twice, and always closed. */
function ringPath(pen: Pen, radius: number, height: number, seconds: number): void {
  for (let i = 0; i <= POINTS; i++) {
    const angle = (i / POINTS) * Math.PI * 2
    const wave =
      Math.sin(angle * 5 + seconds * 5.1) * 0.5 +
      Math.sin(angle * 8 - seconds * 7.3) * 0.3 +
      Math.sin(angle * 3 + seconds * 2.3) * 0.2
    const r = radius + height * wave
    if (i === 0) pen.moveTo(r, 0)
    else pen.lineTo(Math.cos(angle) * r, Math.sin(angle) * r)
  }
  pen.closePath()
}
