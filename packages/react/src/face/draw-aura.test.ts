import { describe, expect, it } from 'vitest'
import { drawAura } from './draw-aura.js'
import { HEAD_SHARE, type Pen } from './draw-face.js'
import { createFaceMotion, faceAt } from './face-at.js'
import { lightPalette } from './palette.js'

/** A pen that only notes where it went, and the widest light. */
function notingPen() {
  const points: [number, number][] = []
  const noted = {
    createRadialGradient: () => ({ addColorStop() {} }),
    beginPath() {},
    closePath() {},
    fill() {},
    stroke() {},
    moveTo: (x: number, y: number) => points.push([x, y]),
    quadraticCurveTo: (cx: number, cy: number, x: number, y: number) => points.push([cx, cy], [x, y]),
    arc: (x: number, y: number, radius: number) => points.push([x + radius, y]),
  }
  return { points, pen: noted as unknown as Pen }
}

describe('the light around a face', () => {
  it('stays on the canvas at the loudest and highest, at every moment', () => {
    const motion = createFaceMotion(() => 0.5)
    const { points, pen } = notingPen()
    for (let ms = 0; ms < 4_000; ms += 100) {
      drawAura(pen, faceAt(motion, { pitchHz: 600, energy: 1, speaking: true }, 100), lightPalette)
    }
    expect(motion.aura.scale).toBeCloseTo(1.25, 2)
    const farthest = Math.max(...points.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y))))
    expect(farthest).toBeGreaterThan(1.4)
    expect(farthest + 0.01).toBeLessThan(0.5 / HEAD_SHARE)
  })

  it('closes its rings where they began', () => {
    const { points, pen } = notingPen()
    const motion = createFaceMotion(() => 0.5)
    drawAura(pen, faceAt(motion, { pitchHz: 300, energy: 0.8, speaking: true }, 200), lightPalette)
    const first = points[2]
    const last = points[(points.length - 2) / 2 + 1]
    expect(last?.[0]).toBeCloseTo(first?.[0] ?? 0, 6)
    expect(last?.[1]).toBeCloseTo(first?.[1] ?? 0, 6)
  })
})
