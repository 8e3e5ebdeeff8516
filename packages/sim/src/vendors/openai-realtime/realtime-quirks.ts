/** What the vendor was seen to do now and then, and a client must bear. Read each time: a test may change it as it goes. */
export interface RealtimeQuirks {
  /** A wrong key is let in, then told so and closed with 3000. */
  refusesAfterUpgrade?: boolean
  /** The next so many responses come without `response.created`. */
  unseenCreated?: number
  /** The next so many transcripts fail. */
  failedTranscripts?: number
  /** What `rate_limits.updated` says is left. */
  left?: { readonly requests: number; readonly tokens: number; readonly resetSeconds: number }
  /** Another response writes to the conversation: this many requests are refused as busy before it is over. */
  busyFor?: number
}
