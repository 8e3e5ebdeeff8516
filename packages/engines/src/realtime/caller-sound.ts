/**
 * The newest of the caller's sound at the far end's rate, by media time, so that any stretch can be sent, and sent again.
 * Bounded: the oldest goes first. Writing allocates once per half second at most, and not once the ring has its size.
 */

/** One block of samples, ms. */
const BLOCK_MS = 500
/** A pause up to this is kept as silence; behind a longer one the sound begins anew. */
const PAUSE_MS = 5_000
/** Media times may be off by so much and still be the same stretch, ms. */
const SLACK_MS = 5

export interface CallerSound {
  /** Media time of the oldest sample and of the end of the newest, ms. */
  readonly fromMs: number
  readonly endMs: number
  write(samples: Int16Array, atMs: number): void
  /** Gives a stretch in pieces that are only valid during the call; the part of it that is there. */
  read(fromMs: number, toMs: number, give: (samples: Int16Array) => void): void
  /** How much of the sound from here on was dropped, ms. */
  lostMs(fromMs: number): number
  /** Nothing from here on is dropped as long as there is room; `undefined`: only the newest is kept. */
  keepFrom(ms: number | undefined): void
}

export interface CallerSoundOptions {
  /** Hz. */
  readonly rate: number
  /** Most that is kept, ms. */
  readonly mostMs: number
  /** Kept while nothing is asked to be, ms. */
  readonly idleMs: number
}

export function createCallerSound({ rate, mostMs, idleMs }: CallerSoundOptions): CallerSound {
  const blockSize = Math.round((rate * BLOCK_MS) / 1000)
  const blocks: Int16Array[] = []
  const spare: Int16Array[] = []
  const silence = new Int16Array(Math.round(rate / 50))
  /** Places are counted in samples from the beginning of the stretch, which is at `baseMs`. */
  let baseMs = 0
  let first = 0
  let end = 0
  let keepMs: number | undefined

  const placeOf = (ms: number) => Math.round(((ms - baseMs) * rate) / 1000)
  const msOf = (place: number) => baseMs + (place * 1000) / rate

  function begin(atMs: number): void {
    for (const block of blocks) if (spare.length < 4) spare.push(block)
    blocks.length = 0
    baseMs = atMs
    first = 0
    end = 0
  }

  function append(samples: Int16Array): void {
    let from = 0
    while (from < samples.length) {
      const at = (end - first) % blockSize
      if (at === 0 && (end - first) / blockSize === blocks.length) grow()
      const block = blocks[blocks.length - 1] as Int16Array
      const count = Math.min(blockSize - at, samples.length - from)
      for (let i = 0; i < count; i++) block[at + i] = samples[from + i] as number
      from += count
      end += count
    }
  }

  /** A new block; those that need not be kept go. */
  function grow(): void {
    const endMs = msOf(end)
    const keptMs = Math.max(endMs - mostMs, Math.min(keepMs ?? Number.POSITIVE_INFINITY, endMs - idleMs))
    while (blocks.length > 0 && msOf(first + blockSize) <= keptMs) {
      const oldest = blocks.shift() as Int16Array
      if (spare.length < 4) spare.push(oldest)
      first += blockSize
    }
    blocks.push(spare.pop() ?? new Int16Array(blockSize))
  }

  return {
    get fromMs() {
      return msOf(first)
    },
    get endMs() {
      return msOf(end)
    },
    write(samples, atMs) {
      const gapMs = atMs - msOf(end)
      if (end === 0 || gapMs > PAUSE_MS) begin(atMs)
      else if (gapMs > SLACK_MS) {
        let missing = placeOf(atMs) - end
        for (; missing > silence.length; missing -= silence.length) append(silence)
        append(silence.subarray(0, missing))
      }
      append(samples)
    },
    read(fromMs, toMs, give) {
      let place = Math.max(first, placeOf(fromMs))
      const last = Math.min(end, placeOf(toMs))
      while (place < last) {
        const at = (place - first) % blockSize
        const block = blocks[Math.floor((place - first) / blockSize)]
        if (block === undefined) return
        const count = Math.min(blockSize - at, last - place)
        give(block.subarray(at, at + count))
        place += count
      }
    },
    lostMs: fromMs => Math.max(0, msOf(first) - Math.max(fromMs, baseMs)),
    keepFrom(ms) {
      keepMs = ms
    },
  }
}
