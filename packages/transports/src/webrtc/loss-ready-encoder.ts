/**
 * An encoder that puts a coarse copy of each packet into the next one (in-band FEC) while the far end reports loss, and
 * leaves that out while it reports none: copies cost three times the work of coding. Two encoders of one format; which one is
 * asked changes between packets, and the far end's decoder needs to know nothing of it.
 */
import type { RtpEncoder } from './rtp-codec.js'

export interface LossReadyEncoder extends RtpEncoder {
  /** Of a report of the far end, 0–1. */
  noteLoss(share: number): void
  /** Whether packets carry copies now. */
  readonly repairs: boolean
}

/** Above it copies are worth their work. */
const LOSSY_SHARE = 0.03
/** Reports of less than a third of that before copies are left out again: half a minute. */
const CALM_REPORTS = 6

/**
 * @param plain belongs to the result from then on
 * @param openRepairing makes the other one at the first loss; where it cannot, nothing changes
 */
export function createLossReadyEncoder(
  plain: RtpEncoder,
  openRepairing: () => Promise<RtpEncoder>,
): LossReadyEncoder {
  let repairing: RtpEncoder | undefined
  let opening = false
  let repairs = false
  let calm = 0
  let closed = false

  function open(): void {
    if (opening) return
    opening = true
    openRepairing().then(
      opened => {
        if (closed) opened.close()
        else repairing = opened
      },
      () => {
        // Without copies a lost packet is concealed, as before.
      },
    )
  }

  return {
    ...plain,
    get repairs() {
      return repairs && repairing !== undefined
    },
    noteLoss(share) {
      if (share >= LOSSY_SHARE) {
        calm = 0
        repairs = true
        open()
      } else if (share < LOSSY_SHARE / 3) calm += 1
      if (calm >= CALM_REPORTS) repairs = false
    },
    encode: samples => (repairs && repairing !== undefined ? repairing : plain).encode(samples),
    close() {
      closed = true
      plain.close()
      repairing?.close()
    },
  }
}
