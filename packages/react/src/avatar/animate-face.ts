/**
 * Keeps a face alive on a canvas: one drawing for each picture of the screen, none while nobody can see it. It works
 * without React. Needs a browser.
 */
import { drawFace } from '../face/draw-face.js'
import { createFaceMotion, faceAt } from '../face/face-at.js'
import type { Face, FaceInput } from '../face/face-types.js'
import { darkPalette, type FacePalette, lightPalette } from '../face/palette.js'
import { type AvatarLabels, avatarLabel, englishLabels } from './avatar-label.js'

export interface FaceAnimationOptions {
  /** Asked for each picture; undefined counts as silence. One that throws does as well. */
  readonly source: () => FaceInput | undefined
  /** Default: as the system has it. */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined
  readonly colors?: Partial<FacePalette> | undefined
  readonly labels?: Partial<AvatarLabels> | undefined
  /** 0 ≤ x < 1; when it blinks and where it looks. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Called after each drawing with the face and the time it took, ms; for measuring and for other rigs. */
  readonly drawn?: ((face: Face, tookMs: number) => void) | undefined
}

export interface FaceAnimation {
  /** What changes without a new face: colours, theme, words. */
  change(options: Pick<FaceAnimationOptions, 'theme' | 'colors' | 'labels'>): void
  stop(): void
}

const silence: FaceInput = { pitchHz: 0, energy: 0, speaking: false }
/** A screen reader that is told oftener says nothing else. */
const LABEL_EVERY_MS = 1_000

export function animateFace(canvas: HTMLCanvasElement, options: FaceAnimationOptions): FaceAnimation {
  const pen = canvas.getContext('2d')
  const view = canvas.ownerDocument.defaultView
  if (pen === null || view === null) return { change: () => {}, stop: () => {} }
  const page: Window & typeof globalThis = view
  const ink: CanvasRenderingContext2D = pen
  const motion = createFaceMotion(options.random ?? Math.random)
  const lessMotion = page.matchMedia('(prefers-reduced-motion: reduce)')
  const dark = page.matchMedia('(prefers-color-scheme: dark)')
  let { theme, colors, labels } = options
  let palette = lightPalette
  let words = englishLabels
  let frame: number | undefined
  let lastAt: number | undefined
  let labelledAt = Number.NEGATIVE_INFINITY
  let visible = true
  let over = false

  function change(next: Pick<FaceAnimationOptions, 'theme' | 'colors' | 'labels'>): void {
    theme = next.theme
    colors = next.colors
    labels = next.labels
    dress()
  }

  function dress(): void {
    motion.calm = lessMotion.matches
    const isDark = theme === 'dark' || (theme !== 'light' && dark.matches)
    palette = { ...(isDark ? darkPalette : lightPalette), ...colors }
    words = { ...englishLabels, ...labels }
    labelledAt = Number.NEGATIVE_INFINITY
  }

  function sample(): FaceInput {
    try {
      return options.source() ?? silence
    } catch {
      return silence
    }
  }

  /** The canvas has as many dots as the screen, on every screen it is moved to. */
  function fit(): number {
    const ratio = page.devicePixelRatio || 1
    const width = Math.round(canvas.clientWidth * ratio)
    const height = Math.round(canvas.clientHeight * ratio)
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    return ratio
  }

  function draw(nowMs: number): void {
    frame = undefined
    const beganAt = options.drawn === undefined ? 0 : page.performance.now()
    const input = sample()
    const face = faceAt(motion, input, nowMs - (lastAt ?? nowMs))
    lastAt = nowMs
    const ratio = fit()
    ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    drawFace(ink, face, { width: canvas.width / ratio, height: canvas.height / ratio }, palette)
    label(input, nowMs)
    options.drawn?.(face, page.performance.now() - beganAt)
    next()
  }

  function label(input: FaceInput, nowMs: number): void {
    if (nowMs - labelledAt < LABEL_EVERY_MS) return
    const text = avatarLabel(input, words)
    if (canvas.getAttribute('aria-label') === text) return
    labelledAt = nowMs
    canvas.setAttribute('aria-label', text)
  }

  function next(): void {
    if (over || !visible || frame !== undefined) return
    frame = page.requestAnimationFrame(draw)
  }

  const watcher =
    typeof page.IntersectionObserver === 'function'
      ? new page.IntersectionObserver(entries => {
          visible = entries.at(-1)?.isIntersecting ?? true
          if (visible) {
            lastAt = undefined
            next()
          } else if (frame !== undefined) {
            page.cancelAnimationFrame(frame)
            frame = undefined
          }
        })
      : undefined
  watcher?.observe(canvas)
  lessMotion.addEventListener('change', dress)
  dark.addEventListener('change', dress)
  dress()
  next()

  return {
    change,
    stop() {
      over = true
      if (frame !== undefined) page.cancelAnimationFrame(frame)
      watcher?.disconnect()
      lessMotion.removeEventListener('change', dress)
      dark.removeEventListener('change', dress)
    },
  }
}
