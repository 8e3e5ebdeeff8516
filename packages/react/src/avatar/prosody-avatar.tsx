/** `<ProsodyAvatar>`: a face that says what it hears. Renders once; the pictures are drawn beside React. */
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import type { FaceInput } from '../face/face-types.js'
import { animateFace, type FaceAnimation, type FaceAnimationOptions } from './animate-face.js'
import { avatarLabel, englishLabels } from './avatar-label.js'

export interface ProsodyAvatarProps
  extends FaceInput,
    Pick<FaceAnimationOptions, 'theme' | 'colors' | 'labels' | 'random' | 'drawn'> {
  /** Asked for each picture, in the place of the values: nothing renders while somebody speaks. */
  readonly source?: FaceAnimationOptions['source'] | undefined
  readonly className?: string | undefined
  /** Its size; without one it is 240 × 240 CSS pixels. */
  readonly style?: CSSProperties | undefined
}

const usualStyle: CSSProperties = { width: 240, height: 240, display: 'block' }

export function ProsodyAvatar(props: ProsodyAvatarProps) {
  const { theme, colors, labels, className, style } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const animation = useRef<FaceAnimation>(undefined)
  const latest = useRef(props)

  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    if (canvas.current === null) return
    const { random, theme, colors, labels } = latest.current
    const mine = animateFace(canvas.current, {
      source: () => (latest.current.source === undefined ? latest.current : latest.current.source()),
      drawn: latest.current.drawn === undefined ? undefined : (...told) => latest.current.drawn?.(...told),
      random,
      theme,
      colors,
      labels,
    })
    animation.current = mine
    return () => mine.stop()
  }, [])
  useEffect(() => animation.current?.change({ theme, colors, labels }), [theme, colors, labels])

  // From here on the animation writes the label; React leaves an attribute alone that it does not change.
  const [firstLabel] = useState(() => avatarLabel(props, { ...englishLabels, ...labels }))
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={firstLabel}
      className={className}
      style={className === undefined ? { ...usualStyle, ...style } : style}
    />
  )
}
