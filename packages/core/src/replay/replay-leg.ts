import type { Inbox, Transport } from '../transport.js'
import type { LogInput } from './log-entry.js'

/** A leg that goes nowhere, with the facts of one that was recorded. */
export class ReplayLeg implements Transport {
  aheadMs = 0
  pathMs = 0
  reportsPlayed = false
  rewinds = false
  reportsCuts?: true
  readonly outputRate: number
  inbox: Inbox | undefined

  constructor(outputRate: number) {
    this.outputRate = outputRate
  }

  be({ aheadMs, pathMs, reportsPlayed, rewinds, reportsCuts }: Extract<LogInput, { kind: 'attach' }>): void {
    Object.assign(this, { aheadMs, pathMs, reportsPlayed, rewinds })
    if (reportsCuts) this.reportsCuts = true
  }

  open(inbox: Inbox): void {
    this.inbox = inbox
  }

  play(): void {}
  clear(): void {}
  duck(): void {}
  send(): void {}
  close(): void {}
}
