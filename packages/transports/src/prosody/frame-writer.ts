/** Frames of a stream to messages: one each or several in a batch, as JSON or as Float32. */
import type { ProsodyFrame } from '@parley/audio'
import type { Cancel, Clock } from '@parley/core'
import { PROSODY_FRAME_BYTES, writeProsodyFrame } from '@parley/protocol'
import { frameText } from './frame-text.js'
import type { ProsodyOutbox } from './prosody-outbox.js'
import { hopMsOf, type StreamConfig } from './stream-config.js'

export interface FrameWriter {
  add(frame: ProsodyFrame): void
  /** Sends a batch that is not full. */
  flush(): void
  /** What was not sent is forgotten. */
  close(): void
}

export interface FrameWriterOptions {
  readonly config: StreamConfig
  readonly clock: Clock
  readonly epochMs: () => number
  readonly outbox: Pick<ProsodyOutbox, 'frames'>
}

/** How much later than it should be full a batch goes as it is: the sound has stopped. */
const BATCH_GRACE_MS = 100

export function createFrameWriter(options: FrameWriterOptions): FrameWriter {
  const { config, clock, epochMs, outbox } = options
  const { batch } = config
  if (batch === 1 && config.output === 'json') {
    return {
      add: frame => outbox.frames(`{"type":"prosody","timestamp":${epochMs()},${frameText(frame)}}`, 1),
      flush() {},
      close() {},
    }
  }
  const page = config.output === 'json' ? createTextPage(epochMs) : createBinaryPage(batch)
  const state = { frames: 0 }
  let cancel: Cancel = () => {}
  const flush = () => {
    if (state.frames === 0) return
    cancel()
    const count = state.frames
    state.frames = 0
    outbox.frames(page.take(count), count)
  }
  return {
    add(frame) {
      page.put(frame, state.frames)
      state.frames += 1
      if (state.frames === batch) flush()
      else if (state.frames === 1) cancel = clock.after(batch * hopMsOf(config) + BATCH_GRACE_MS, flush)
    },
    flush,
    close() {
      cancel()
      state.frames = 0
    },
  }
}

interface Page {
  put(frame: ProsodyFrame, index: number): void
  /** All of them as one message; the page is empty then. */
  take(count: number): string | Uint8Array
}

function createTextPage(epochMs: () => number): Page {
  let text = ''
  return {
    put(frame, index) {
      text = index === 0 ? `{${frameText(frame)}}` : `${text},{${frameText(frame)}}`
    },
    take: () => `{"type":"batch","timestamp":${epochMs()},"frames":[${text}]}`,
  }
}

function createBinaryPage(batch: number): Page {
  let bytes = new Uint8Array(0)
  let view = new DataView(bytes.buffer)
  return {
    put(frame, index) {
      if (index === 0) {
        // A page of its own each time: the socket holds it until it is written.
        bytes = new Uint8Array(batch * PROSODY_FRAME_BYTES)
        view = new DataView(bytes.buffer)
      }
      writeProsodyFrame(frame, view, index * PROSODY_FRAME_BYTES)
    },
    take: count => bytes.subarray(0, count * PROSODY_FRAME_BYTES),
  }
}
