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

const EYE_WIDTH = 0.178
const EYE_HEIGHT = 0.225
const IRIS = 0.128
/** A cubic curve reaches three quarters of the height of its control points. */
const CURVE = 4 / 3

/** The upper lid comes down over the eye; the lower one rises in a real smile. */
export function drawEye(pen: Pen, { x, y, open, face, palette }: Place & { readonly open: number }): void {
  const closed = 1 - Math.min(1, Math.max(0, open))
  const wide = EYE_HEIGHT * (1 + 0.5 * Math.max(0, open - 1))
  const upper = -CURVE * (wide - closed * EYE_HEIGHT * 1.45)
  const lower = CURVE * EYE_HEIGHT * (1 - 0.3 * Math.max(0, face.smile - 0.35) - 0.5 * closed)
  pen.save()
  pen.translate(x, y)
  if (closed < 0.93) {
    pen.beginPath()
    pen.moveTo(-EYE_WIDTH, 0)
    pen.bezierCurveTo(-EYE_WIDTH, upper, EYE_WIDTH, upper, EYE_WIDTH, 0)
    pen.bezierCurveTo(EYE_WIDTH, lower, -EYE_WIDTH, lower, -EYE_WIDTH, 0)
    pen.fillStyle = palette.eyeWhite
    pen.fill()
    pen.save()
    pen.clip()
    drawIris(pen, face, palette)
    pen.restore()
  }
  pen.beginPath()
  pen.moveTo(-EYE_WIDTH, 0)
  pen.bezierCurveTo(-EYE_WIDTH, upper, EYE_WIDTH, upper, EYE_WIDTH, 0)
  pen.strokeStyle = palette.brow
  pen.lineWidth = 0.026
  pen.stroke()
  pen.restore()
}

function drawIris(pen: Pen, face: Face, palette: FacePalette): void {
  const x = face.gazeX * 0.055 + face.yaw * 0.02
  const y = face.gazeY * 0.06 + face.nod * 0.02 + 0.012
  disc(pen, x, y, IRIS, palette.iris)
  disc(pen, x, y, IRIS * 0.66, palette.pupil)
  disc(pen, x - 0.045, y - 0.052, 0.04, palette.eyeWhite)
  disc(pen, x + 0.048, y + 0.052, 0.019, palette.eyeWhite)
}

export function drawBrow(pen: Pen, { x, y, side, face, palette }: Place & { readonly side: -1 | 1 }): void {
  const up = 0.085 * face.brow
  const inner = 0.085 * face.browInner
  pen.strokeStyle = palette.brow
  pen.lineWidth = 0.055
  pen.beginPath()
  pen.moveTo(x - side * 0.15, y - up - inner)
  pen.quadraticCurveTo(
    x + side * 0.01,
    y - up - 0.07 - 0.02 * Math.max(0, face.brow),
    x + side * 0.17,
    y - up * 0.7 + inner * 0.5 + 0.02,
  )
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
