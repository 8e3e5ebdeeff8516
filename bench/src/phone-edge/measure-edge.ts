/** Frames into and out of many calls at once, a batch at a time: the same 20 ms of all calls, as a carrier sends them. */
import { encodeSound, type PhoneSoundFormat } from '@parley/sim'
import { benchReply, type EdgeCall, openEdgeCall } from './edge-call.js'

export interface EdgeCase {
  readonly format: PhoneSoundFormat
  readonly calls: number
}

/** µs of one frame, or of one mark. */
export interface Cost {
  readonly medianUs: number
  readonly p95Us: number
  /** CPU time of the process, which others do not raise by making us wait. */
  readonly cpuUs: number
}

export interface EdgeFigures extends EdgeCase {
  readonly in: Cost
  /** The mark behind each 100 ms is in it. */
  readonly out: Cost
  readonly markBack: Cost
  /** Share of one core that the edge takes for all calls while both sides talk, by CPU time. */
  readonly coreShare: number
  /** Text of one call in one minute of sound both ways, bytes; frames of the WebSocket are not in it. */
  readonly inBytesPerMinute: number
  readonly outBytesPerMinute: number
}

const batchFrames = 300
const warmUpBatches = 30
const batches = 150
const framesPerMinute = 3_000

/** `voice` holds 20 ms frames at the rate of the format. */
export async function measureEdge(
  { format, calls }: EdgeCase,
  voice: readonly Int16Array[],
): Promise<EdgeFigures> {
  const open: EdgeCall[] = []
  for (let call = 0; call < calls; call++) open.push(await openEdgeCall(format))
  const beats = Math.ceil(batchFrames / calls)
  const payloads = voice.map(frame => encodeSound(format, frame))
  const stopwatches = { in: createStopwatch(), out: createStopwatch(), markBack: createStopwatch() }
  const frame = { samples: pick(voice, 0), rate: format.sampleRate, atMs: 0 }
  const [first] = open
  let beat = 0
  let inBytes = 0

  for (let batch = -warmUpBatches; batch < batches; batch++) {
    if (batch === 0) for (const watch of Object.values(stopwatches)) watch.reset()
    // All calls are sent the same bytes: numbers and stamps must only grow within each.
    const messages = Array.from({ length: beats }, (_, at) =>
      Buffer.from(first?.speech.media(pick(payloads, beat + at), (beat + at) * 20) ?? ''),
    )
    for (const { length } of messages) inBytes += length
    stopwatches.in.time(beats * calls, () => {
      for (const message of messages) for (const call of open) call.carry(message)
    })
    stopwatches.out.time(beats * calls, () => {
      for (let at = 0; at < beats; at++) {
        frame.samples = pick(voice, beat + at)
        frame.atMs = (beat + at) * 20
        for (const { transport } of open) transport.play(frame, benchReply)
      }
    })
    const echoes = open.map(call => call.takeMarks().map(text => Buffer.from(text)))
    const count = echoes.reduce((sum, each) => sum + each.length, 0)
    inBytes += echoes[0]?.reduce((sum, { length }) => sum + length, 0) ?? 0
    stopwatches.markBack.time(count, () => {
      for (const [at, call] of open.entries()) for (const echo of echoes[at] ?? []) call.carry(echo)
    })
    beat += beats
    // Timers and promises of the edge get their turn, as between two reads of a socket.
    await new Promise(setImmediate)
  }

  const heardMs = first?.heardMs ?? 0
  if (heardMs !== beat * 20) throw new Error(`of ${beat * 20} ms only ${heardMs} came through`)
  const sentBytes = first?.sentBytes ?? 0
  for (const call of open) call.hangUp()
  const costs = {
    in: stopwatches.in.cost(),
    out: stopwatches.out.cost(),
    markBack: stopwatches.markBack.cost(),
  }
  const perBeatUs = costs.in.cpuUs + costs.out.cpuUs + costs.markBack.cpuUs / 5
  return {
    format,
    calls,
    ...costs,
    coreShare: (perBeatUs * 50 * calls) / 1e6,
    inBytesPerMinute: Math.round((inBytes / beat) * framesPerMinute),
    outBytesPerMinute: Math.round((sentBytes / beat) * framesPerMinute),
  }
}

function createStopwatch() {
  let perPieceUs: number[] = []
  let cpuUs = 0
  let pieces = 0
  return {
    reset() {
      perPieceUs = []
      cpuUs = 0
      pieces = 0
    },
    time(count: number, run: () => void) {
      const before = process.cpuUsage()
      const began = process.hrtime.bigint()
      run()
      const us = Number(process.hrtime.bigint() - began) / 1000
      const { user, system } = process.cpuUsage(before)
      if (count === 0) return
      perPieceUs.push(us / count)
      cpuUs += user + system
      pieces += count
    },
    cost(): Cost {
      const sorted = [...perPieceUs].sort((a, b) => a - b)
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
      return { medianUs: at(0.5), p95Us: at(0.95), cpuUs: pieces === 0 ? 0 : cpuUs / pieces }
    },
  }
}

function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item
}
