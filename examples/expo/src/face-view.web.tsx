import { ProsodyAvatar } from '@parley/react'
import type { FaceViewProps } from './face-view-props'

/** On the web the canvas of `@parley/react` draws it. */
export function FaceView({ source, size, labels }: FaceViewProps) {
  return <ProsodyAvatar source={source} labels={labels} style={{ width: size, height: size }} />
}
