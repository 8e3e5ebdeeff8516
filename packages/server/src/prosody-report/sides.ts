/** Who is heard in a recording: one voice, or the two of a call that was recorded on two channels. */
import { ParleyError } from '@parley/core'

export type Side = 'voice' | 'left' | 'right'
export type ChannelChoice = 'left' | 'right' | 'mix'

export interface SidePicker {
  readonly sides: readonly Side[]
  /** The samples of each side, in the order of `sides`. */
  pick(channels: readonly Int16Array[]): readonly Int16Array[]
}

/** Two channels are two sides unless told otherwise; more are mixed. @throws ParleyError `bad_config` */
export function pickSides(channels: number, choice: ChannelChoice | undefined): SidePicker {
  if (channels === 1) {
    if (choice === undefined || choice === 'mix') return { sides: ['voice'], pick: all => all.slice(0, 1) }
    throw new ParleyError('bad_config', `There is one channel only; leave --channel ${choice} out.`)
  }
  if (choice === 'left') return { sides: ['left'], pick: all => all.slice(0, 1) }
  if (choice === 'right') return { sides: ['right'], pick: all => all.slice(1, 2) }
  if (choice === undefined && channels === 2) return { sides: ['left', 'right'], pick: all => all }
  return { sides: ['voice'], pick: all => [mixed(all)] }
}

function mixed(channels: readonly Int16Array[]): Int16Array {
  const mix = new Int16Array(channels[0]?.length ?? 0)
  for (let i = 0; i < mix.length; i++) {
    let sum = 0
    for (const channel of channels) sum += channel[i] as number
    mix[i] = Math.round(sum / channels.length)
  }
  return mix
}
