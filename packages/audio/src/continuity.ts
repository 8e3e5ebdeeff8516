/** When two frames are one stretch of sound: shared by the stages that hold samples across frames. */

/**
 * Media times may differ by this much from the count of samples before it counts as a jump, in ms. It allows
 * for producers that round to whole milliseconds, and is too short to be heard or to move a turn.
 */
export const jumpToleranceMs = 2

/** Whether sound at `atMs` follows on sound that ended at `expectedMs`. */
export function continues(expectedMs: number, atMs: number): boolean {
  return Math.abs(atMs - expectedMs) <= jumpToleranceMs
}

/** An `AudioFrame` that its one owner fills again for each emit. */
export interface MutableFrame {
  samples: Int16Array
  readonly rate: number
  atMs: number
}
