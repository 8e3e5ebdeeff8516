import type { SimServer } from '../sim-server.js'
import type { SimOptions } from '../vendor-sim.js'
import type { TextProfile, TextQuirks } from './text-profile.js'

/** What every answer of one simulated server is made with. */
export interface TextMaking {
  readonly options: SimOptions
  readonly profile: TextProfile
  readonly quirks: TextQuirks
  /** Whether its model thinks before it speaks. */
  readonly reasons: boolean
  /** Seconds since the epoch, as answers tell them. */
  readonly createdS: number
  newId(): string
  /** Headers of every answer: the rate that is left. */
  headers(): Readonly<Record<string, string>>
  server(): SimServer
}
