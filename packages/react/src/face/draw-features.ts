/** Eyes, brows and cheeks, in units of the head's radius. */
import type { Pen } from './draw-face.js'
import type { Face } from './face-types.js'
import type { FacePalette } from './palette.js'

interface Place {
  readonly x: number
  readonly y: number
  readonly face: Face
  readonly palette: FacePalette
}

const EYE_WIDTH = 0.165
const EYE_HEIGHT = 0.205
const IRIS = 0.118

export function drawEye(pen: Pen, { x, y, open, face, palette }: Place & { readonly open: number }): void {
  pen.save()
  pen.translate(x, y)
  if (open < 0.12) drawClosedEye(pen, palette)
  else drawOpenEye(pen, { open, face, palette })
  pen.restore()
}

function drawClosedEye(pen: Pen, palette: FacePalette): void {
  pen.strokeStyle = palette.brow
  pen.lineWidth = 0.036
  pen.beginPath()
  pen.moveTo(-EYE_WIDTH * 0.92, 0.02)
  pen.quadraticCurveTo(0, 0.095, EYE_WIDTH * 0.92, 0.02)
  pen.stroke()
}

function drawOpenEye(pen: Pen, { open, face, palette }: { open: number; face: Face; palette: FacePalette }): void {
  const height = EYE_HEIGHT * Math.min(1.15, open)
  // The lower lid rises in a real smile.
  const cheekLift = 0.05 * Math.max(0, face.smile - 0.3)
  pen.beginPath()
  pen.ellipse(0, 0, EYE_WIDTH, height, 0, 0, Math.PI * 2)
  pen.fillStyle = palette.eyeWhite
  pen.fill()
  pen.clip()
  const x = face.gazeX * 0.055 + face.yaw * 0.02
  const y = face.gazeY * 0.06 + face.nod * 0.02 + 0.008
  disc(pen, x, y, IRIS, palette.iris)
  disc(pen, x, y, IRIS * 0.66, palette.pupil)
  disc(pen, x - 0.042, y - 0.05, 0.036, palette.eyeWhite)
  disc(pen, x + 0.045, y + 0.05, 0.017, palette.eyeWhite)
  if (cheekLift <= 0) return
  pen.beginPath()
  pen.ellipse(0, EYE_HEIGHT * 1.5 - cheekLift, EYE_WIDTH * 1.5, EYE_HEIGHT * 0.62, 0, 0, Math.PI * 2)
  pen.fillStyle = palette.headBottom
  pen.fill()
}

export function drawBrow(pen: Pen, { x, y, side, face, palette }: Place & { readonly side: -1 | 1 }): void {
  const up = 0.085 * face.brow
  const inner = 0.085 * face.browInner
  pen.strokeStyle = palette.brow
  pen.lineWidth = 0.055
  pen.beginPath()
  pen.moveTo(x - side * 0.15, y - up - inner)
  pen.quadraticCurveTo(x + side * 0.01, y - up - 0.07 - 0.02 * Math.max(0, face.brow), x + side * 0.17, y - up * 0.7 + inner * 0.5 + 0.02)
  pen.stroke()
}

export function drawCheek(pen: Pen, { x, y, face, palette }: Place): void {
  const alpha = 0.18 + 0.42 * Math.max(0, Math.min(1, face.blush))
  pen.save()
  pen.translate(x, y)
  pen.scale(1, 0.7)
  const fill = pen.createRadialGradient(0, 0, 0, 0, 0, 0.2)
  fill.addColorStop(0, palette.cheek)
  fill.addColorStop(1, 'rgba(255,143,184,0)')
  pen.globalAlpha = alpha
  pen.fillStyle = fill
  pen.beginPath()
  pen.arc(0, 0, 0.2, 0, Math.PI * 2)
  pen.fill()
  pen.restore()
}

function disc(pen: Pen, x: number, y: number, radius: number, colour: string): void {
  pen.beginPath()
  pen.arc(x, y, radius, 0, Math.PI * 2)
  pen.fillStyle = colour
  pen.fill()
}
