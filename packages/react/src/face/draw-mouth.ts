/** Lips, teeth and tongue around the mouth's middle, in units of the head's radius. */
import type { Pen } from './draw-face.js'
import type { Face } from './face-types.js'
import { type MouthCurve, mouthCurve } from './mouth-curve.js'
import type { FacePalette } from './palette.js'

export function drawMouth(pen: Pen, face: Face, palette: FacePalette): void {
  const curve = mouthCurve(face)
  const { mouth } = face
  pen.lineWidth = 0.04 + 0.018 * mouth.round - 0.01 * mouth.press
  pen.strokeStyle = palette.lip
  pen.beginPath()
  outline(pen, curve)
  if (!curve.open) return pen.stroke()
  pen.save()
  pen.fillStyle = palette.mouth
  pen.fill()
  pen.clip()
  drawTongue(pen, face, curve, palette)
  drawTeeth(pen, face, curve, palette)
  pen.restore()
  pen.beginPath()
  outline(pen, curve)
  pen.stroke()
}

function outline(pen: Pen, { halfWidth, corner, bend, upper, lower }: MouthCurve): void {
  const x = bend * halfWidth
  pen.moveTo(-halfWidth, corner)
  pen.bezierCurveTo(-x, upper, x, upper, halfWidth, corner)
  pen.bezierCurveTo(x, lower, -x, lower, -halfWidth, corner)
  pen.closePath()
}

function drawTongue(pen: Pen, { mouth }: Face, curve: MouthCurve, palette: FacePalette): void {
  if (mouth.tongue < 0.03) return
  // The lips' curves reach three quarters of their control points' heights.
  const bottom = curve.corner * 0.25 + curve.lower * 0.75
  const top = curve.corner * 0.25 + curve.upper * 0.75
  const rises = (bottom - top) * (0.28 + 0.5 * mouth.tongue)
  pen.beginPath()
  pen.ellipse(0, bottom + 0.06, curve.halfWidth * 0.62, rises + 0.06, 0, 0, Math.PI * 2)
  pen.fillStyle = palette.tongue
  pen.fill()
}

function drawTeeth(pen: Pen, { mouth }: Face, curve: MouthCurve, palette: FacePalette): void {
  const top = curve.corner * 0.25 + curve.upper * 0.75
  const bottom = curve.corner * 0.25 + curve.lower * 0.75
  const shown = Math.min(bottom - top, 0.035 + 0.085 * mouth.teeth) * Math.min(1, mouth.teeth * 2.5)
  if (shown < 0.006) return
  pen.fillStyle = palette.teeth
  pen.beginPath()
  const half = curve.halfWidth * 0.8
  pen.roundRect(-half, top - 0.1, half * 2, 0.1 + shown, 0.04)
  pen.fill()
  // Teeth that meet show the lower row, too.
  if (mouth.teeth < 0.7 || mouth.bite > 0.5) return
  pen.beginPath()
  pen.roundRect(-half * 0.85, bottom - shown * 0.35, half * 1.7, 0.2, 0.03)
  pen.fill()
}
