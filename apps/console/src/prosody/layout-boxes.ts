/** Where the parts of the picture lie: pitch, who speaks, loudness; and the time below them. */
import type { Side } from './prosody-view.js'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Boxes {
  readonly pitch: Box
  readonly loudness: Box
  /** Where the bars of loudness stand: the caller's upwards, the agent's down. */
  readonly barsAt: number
  /** One lane a side, for who speaks. */
  readonly lanes: Readonly<Record<Side, Box>>
}

const LEFT = 34
const RIGHT = 8
const TOP = 6
const AXIS = 18
const GAP = 6
const LANE = 11
const LOUDNESS_SHARE = 0.24

export function boxesOf(width: number, height: number, shown: readonly Side[]): Boxes {
  const across = { x: LEFT, width: Math.max(1, width - LEFT - RIGHT) }
  const inner = Math.max(1, height - TOP - AXIS - shown.length * LANE - 3 * GAP)
  const loudnessHeight = inner * LOUDNESS_SHARE
  const pitchHeight = inner - loudnessHeight
  const lanesAt = TOP + pitchHeight + GAP
  const loudnessAt = lanesAt + shown.length * LANE + 2 * GAP
  const both = shown.length > 1
  const lane = (side: Side) => ({
    ...across,
    y: lanesAt + (both && side === 'agent' ? LANE + 2 : 0),
    height: shown.includes(side) ? LANE : 0,
  })
  return {
    pitch: { ...across, y: TOP, height: pitchHeight },
    lanes: bySide(lane),
    loudness: { ...across, y: loudnessAt, height: loudnessHeight },
    barsAt: loudnessAt + (both ? loudnessHeight / 2 : loudnessHeight),
  }
}

export function bySide<Value>(of: (side: Side) => Value): Readonly<Record<Side, Value>> {
  return { user: of('user'), agent: of('agent') }
}
