/** When reports leave, and what the far end's say: round trip and loss. Driven by a beat; no timer of its own. */
import type { AudioReceiver } from './audio-receiver.js'
import type { AudioSender } from './audio-sender.js'
import { type FarReport, readReports, type SenderSeen, writeReport } from './rtcp.js'

export interface RtcpLineOptions {
  readonly sender: AudioSender
  readonly receiver: AudioReceiver
  readonly cname: string
  /** Time between reports, ms. */
  readonly everyMs: number
  send(bytes: Uint8Array): void
}

export interface RtcpLine {
  /** Smoothed; undefined until the far end reported. */
  readonly rttMs: number | undefined
  /** The far end's last report of our sound. */
  readonly far: FarReport | undefined
  take(bytes: Uint8Array, nowMs: number): void
  beat(nowMs: number): void
}

/** The first reports leave early, so that the round trip is soon known, and then what is lost. */
const EARLY_SHARES = [0.1, 0.4]
const SMOOTHING = 0.25

export function createRtcpLine(options: RtcpLineOptions): RtcpLine {
  const { sender, receiver, cname, everyMs } = options
  let nextAtMs: number | undefined
  let reports = 0
  let lastSender: SenderSeen | undefined
  let reportedPackets = 0
  let rttMs: number | undefined
  let far: FarReport | undefined

  const untilNext = () => everyMs * (EARLY_SHARES[reports] ?? 1)
  const reader = {
    onSender(seen: SenderSeen) {
      lastSender = seen
    },
    onReport(report: FarReport) {
      far = report
      if (report.rttMs === undefined) return
      rttMs = rttMs === undefined ? report.rttMs : rttMs + SMOOTHING * (report.rttMs - rttMs)
    },
  }

  return {
    get rttMs() {
      return rttMs
    },
    get far() {
      return far
    },
    take: (bytes, nowMs) => readReports(bytes, sender.ssrc, nowMs, reader),
    beat(nowMs) {
      nextAtMs ??= nowMs + untilNext()
      if (nowMs < nextAtMs) return
      reports += 1
      nextAtMs = nowMs + untilNext()
      const { packets, octets } = sender.counts
      const sent =
        packets === reportedPackets ? undefined : { timestamp: sender.timestampAt(nowMs), packets, octets }
      reportedPackets = packets
      const received = receiver.report()
      options.send(writeReport({ ssrc: sender.ssrc, cname, nowMs, sent, received, lastSender }))
    },
  }
}
