/** Draws one moment of a face. Nothing is kept between two drawings; the canvas is cleared first. */
import { drawAura } from './draw-aura.js'
import { drawBrow, drawCheek, drawEye } from './draw-features.js'
import { drawMouth } from './draw-mouth.js'
import type { Face } from './face-types.js'
import { type FacePalette, lightPalette } from './palette.js'

/** What is drawn with: a 2D canvas, on the page or off it. */
export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Radius of the head, of the shorter side: the aura needs room around it. */
export const HEAD_SHARE = 0.33

/** Fills `width` × `height` of the canvas' own units with the face, in the middle and as large as it fits. */
export function drawFace(
  pen: Pen,
  face: Face,
  size: { readonly width: number; readonly height: number },
  palette: FacePalette = lightPalette,
): void {
  const radius = Math.min(size.width, size.height) * HEAD_SHARE
  pen.clearRect(0, 0, size.width, size.height)
  if (radius <= 0) return
  pen.save()
  pen.translate(size.width / 2, size.height / 2)
  pen.scale(radius, radius)
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  drawAura(pen, face, palette)
  drawShade(pen, face, palette)
  const lift = -0.05 * face.posture - 0.018 * face.breath + 0.03 * face.nod
  pen.translate(0.05 * face.yaw, lift)
  pen.rotate(face.tilt * 0.13)
  drawHead(pen, face, palette)
  // A turned head shows its features aside: what lies further out of it moves further.
  const x = 0.17 * face.yaw
  const y = 0.11 * face.nod - 0.025 * face.posture
  drawCheek(pen, { x: x - 0.57, y: y + 0.2, face, palette })
  drawCheek(pen, { x: x + 0.57, y: y + 0.2, face, palette })
  drawEye(pen, { x: x - 0.33, y: y - 0.12, open: face.leftEye, face, palette })
  drawEye(pen, { x: x + 0.33, y: y - 0.12, open: face.rightEye, face, palette })
  drawBrow(pen, { x: x * 1.15 - 0.34, y: y - 0.47, side: -1, face, palette })
  drawBrow(pen, { x: x * 1.15 + 0.34, y: y - 0.47, side: 1, face, palette })
  pen.translate(x * 1.1, y + 0.4)
  drawMouth(pen, face, palette)
  pen.restore()
}

/** A circle that breathes: wider when it is shorter, so that its mass stays. */
function drawHead(pen: Pen, face: Face, palette: FacePalette): void {
  const tall = 1 + 0.014 * face.breath + 0.022 * face.posture + 0.05 * face.mouth.open
  const wide = 1.04 / (1 + 0.6 * (tall - 1))
  const fill = pen.createLinearGradient(0, -tall, 0, tall)
  fill.addColorStop(0, palette.headTop)
  fill.addColorStop(1, palette.headBottom)
  pen.beginPath()
  // A superellipse by four curves: 0.5523 would be a circle.
  const k = 0.62
  pen.moveTo(0, -tall)
  pen.bezierCurveTo(wide * k, -tall, wide, -tall * k, wide, 0)
  pen.bezierCurveTo(wide, tall * k, wide * k, tall, 0, tall)
  pen.bezierCurveTo(-wide * k, tall, -wide, tall * k, -wide, 0)
  pen.bezierCurveTo(-wide, -tall * k, -wide * k, -tall, 0, -tall)
  pen.fillStyle = fill
  pen.fill()
  const gleam = pen.createRadialGradient(-0.38, -0.62, 0, -0.38, -0.62, 0.85)
  gleam.addColorStop(0, palette.gleam)
  gleam.addColorStop(1, 'rgba(255,255,255,0)')
  pen.fillStyle = gleam
  pen.fill()
}

function drawShade(pen: Pen, face: Face, palette: FacePalette): void {
  const wide = 0.72 - 0.05 * face.posture
  pen.save()
  pen.translate(0, 1.14)
  pen.scale(1, 0.13)
  const fill = pen.createRadialGradient(0, 0, 0, 0, 0, wide)
  fill.addColorStop(0, palette.shade)
  fill.addColorStop(1, 'rgba(0,0,0,0)')
  pen.fillStyle = fill
  pen.beginPath()
  pen.arc(0, 0, wide, 0, Math.PI * 2)
  pen.fill()
  pen.restore()
}
