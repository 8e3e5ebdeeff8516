/** Leads as the gateway's API tells them. */

export interface LeadRow {
  readonly id: string
  /** E.164. */
  readonly phone: string
  readonly name?: string
  readonly status: string
  /** IANA. */
  readonly timeZone?: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly lastCall?: string
  /** Milliseconds since 1970. */
  readonly updatedAtMs: number
}

export interface LeadPage {
  readonly leads: readonly LeadRow[]
  readonly next?: string
}
