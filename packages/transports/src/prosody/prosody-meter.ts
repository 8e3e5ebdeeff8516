/** What a prosody socket tells of itself while it works; kept by whoever counts. Nothing here may throw. */
export interface ProsodyMeter {
  opened(): void
  closed(): void
  /** Handed to the socket. */
  framesSent(count: number): void
  framesDropped(count: number, reason: 'slow_reader' | 'closed'): void
  /** From the arrival of sound until its frames were handed to the socket, ms. */
  answered(ms: number): void
}

export const noProsodyMeter: ProsodyMeter = {
  opened() {},
  closed() {},
  framesSent() {},
  framesDropped() {},
  answered() {},
}
