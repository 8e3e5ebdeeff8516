/** Apart from the sockets, so that settings are checked without loading them. */

/** What an analyser takes, ms; the same stands at the gateway's settings. */
export const prosodyFrameRange = { minFrameMs: 20, maxFrameMs: 128, minHopMs: 5 } as const
