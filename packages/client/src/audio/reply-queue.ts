/**
 * The sound of replies that waits to be played, in order, with the place of each sample in its reply. Continues a
 * reply without repeating what it already holds. Bounded: over the limit the newest sound is dropped and counted.
 */

/** One reply's account. Places are in samples of the reply's own audio. */
export interface ReplyTrack {
  readonly reply: string
  /** Where the next sample given by `push` belongs. */
  incoming: number
  /** Up to here the reply is queued or played. */
  written: number
  /** Up to here it was rendered. */
  played: number
  /** Up to here it was told; -1 before the first report. */
  reported: number
  /** Nothing more will come. */
  ended: boolean
  /** True length of the reply, as far as it is known. */
  totalMs: number
  /** Thrown away: what still arrives is dropped until the reply is begun again. */
  cleared: boolean
}

export interface ReplyQueue {
  readonly samples: number
  /** The track whose sound is next, if any waits. */
  readonly head: ReplyTrack | undefined
  find(reply: string): ReplyTrack | undefined
  begin(reply: string, fromSample: number): ReplyTrack
  /** Sound of the reply begun last. Returns how many samples were dropped for want of room. */
  push(samples: Int16Array): number
  /** Moves up to `count` samples into `output` as floats; `took` is told of each run of one track. */
  take(output: Float32Array, count: number, took: (track: ReplyTrack) => void): number
  /** Drops what waits of a track but the first `keep` samples, which fade out; returns how many were kept. */
  drop(track: ReplyTrack, keep: number): number
  /** Every track that is not cleared, oldest first. */
  open(): readonly ReplyTrack[]
}

interface Chunk {
  readonly track: ReplyTrack
  readonly samples: Int16Array
  /** Place of `samples[0]` in the reply. */
  readonly from: number
  offset: number
}

const MAX_TRACKS = 16

export function createReplyQueue(maxSamples: number): ReplyQueue {
  let chunks: Chunk[] = []
  let tracks: ReplyTrack[] = []
  let current: ReplyTrack | undefined
  let samples = 0

  function begin(reply: string, fromSample: number): ReplyTrack {
    let track = tracks.find(each => each.reply === reply)
    if (track === undefined) {
      track = {
        reply,
        incoming: fromSample,
        written: fromSample,
        played: fromSample,
        reported: -1,
        ended: false,
        totalMs: Number.POSITIVE_INFINITY,
        cleared: false,
      }
      tracks = [...tracks.slice(1 - MAX_TRACKS), track]
    }
    track.incoming = fromSample
    track.cleared = false
    track.ended = false
    current = track
    return track
  }

  function push(incoming: Int16Array): number {
    if (current === undefined || current.cleared || incoming.length === 0) return 0
    const at = current.incoming
    current.incoming += incoming.length
    const known = Math.max(0, current.written - at)
    if (known >= incoming.length) return 0
    const room = Math.max(0, maxSamples - samples)
    const fresh = incoming.subarray(known, Math.min(incoming.length, known + room))
    if (fresh.length > 0) {
      chunks.push({ track: current, samples: fresh, from: at + known, offset: 0 })
      current.written = at + known + fresh.length
      samples += fresh.length
    }
    return incoming.length - known - fresh.length
  }

  function take(output: Float32Array, count: number, took: (track: ReplyTrack) => void): number {
    let filled = 0
    while (filled < count) {
      const chunk = chunks[0]
      if (chunk === undefined) break
      const run = Math.min(count - filled, chunk.samples.length - chunk.offset)
      for (let i = 0; i < run; i++) output[filled + i] = (chunk.samples[chunk.offset + i] ?? 0) / 32768
      filled += run
      chunk.offset += run
      chunk.track.played = chunk.from + chunk.offset
      if (chunk.offset === chunk.samples.length) chunks.shift()
      took(chunk.track)
    }
    samples -= filled
    return filled
  }

  function drop(track: ReplyTrack, keep: number): number {
    const tail = fadeOut(
      chunks.filter(chunk => chunk.track === track),
      keep,
    )
    chunks = chunks.filter(chunk => chunk.track !== track)
    if (tail.length > 0) chunks.unshift({ track, samples: tail, from: track.played, offset: 0 })
    samples = chunks.reduce((sum, chunk) => sum + chunk.samples.length - chunk.offset, 0)
    track.cleared = true
    track.written = track.played + tail.length
    return tail.length
  }

  return {
    begin,
    push,
    take,
    drop,
    find: reply => tracks.find(track => track.reply === reply),
    open: () => tracks.filter(track => !track.cleared),
    get samples() {
      return samples
    },
    get head() {
      return chunks[0]?.track
    },
  }
}

/** The first `keep` unplayed samples of the chunks, going down to nothing in a straight line. */
function fadeOut(chunks: readonly Chunk[], keep: number): Int16Array {
  const tail = new Int16Array(keep)
  let filled = 0
  for (const chunk of chunks) {
    const rest = chunk.samples.subarray(chunk.offset, chunk.offset + keep - filled)
    tail.set(rest, filled)
    filled += rest.length
  }
  for (let i = 0; i < filled; i++) tail[i] = Math.round((tail[i] ?? 0) * (1 - (i + 1) / filled))
  return tail.subarray(0, filled)
}
