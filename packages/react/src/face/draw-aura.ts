/** The light around the head: a glow by brightness and scale, and two rings whose edge shimmers. */
import type { Pen } from './draw-face.js'
import type { Face } from './face-types.js'
import { auraColour, type FacePalette } from './palette.js'

const RESTING_RADIUS = 1.2
const HIDDEN_RADIUS = 0.85
const POINTS = 48

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
  // The outer one has to stay on the canvas, which ends half a side from the middle.
  for (let ring = 0; ring < 2; ring++) {
    const at = (1.06 + 0.13 * ring) * (1 + (aura.scale - 1) * (0.6 + 0.2 * ring))
    pen.strokeStyle = auraColour(palette, mood, light * (0.5 - 0.2 * ring) * (0.35 + aura.shimmer))
    pen.lineWidth = 0.022 - 0.007 * ring
    pen.beginPath()
    ringPath(pen, at, 0.045 * aura.shimmer, timeMs / 1000 + ring * 2)
    pen.stroke()
  }
}

/** Three waves that run round at different speeds: never the same edge twice, always closed, and without a corner. */
function ringPath(pen: Pen, radius: number, height: number, seconds: number): void {
  let x = radius + height * wave(0, seconds)
  let y = 0
  // From the middle of one side to that of the next, around the corner between them.
  for (let i = 1; i <= POINTS + 1; i++) {
    const angle = (i / POINTS) * Math.PI * 2
    const r = radius + height * wave(angle, seconds)
    const nextX = Math.cos(angle) * r
    const nextY = Math.sin(angle) * r
    if (i === 1) pen.moveTo((x + nextX) / 2, (y + nextY) / 2)
    else pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
    x = nextX
    y = nextY
  }
  pen.closePath()
}

/** −1..1, the same after a whole turn. */
function wave(angle: number, seconds: number): number {
  return (
    Math.sin(angle * 5 + seconds * 5.1) * 0.5 +
    Math.sin(angle * 8 - seconds * 7.3) * 0.3 +
    Math.sin(angle * 3 + seconds * 2.3) * 0.2
  )
}
