import type { AvatarLabels, FaceInput } from '@parley/react'

export interface FaceViewProps {
  readonly source: () => FaceInput | undefined
  /** Of its square, in points. */
  readonly size: number
  readonly labels: AvatarLabels
}
