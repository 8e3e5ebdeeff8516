/**
 * Sound on its way to one client, as it is made: no faster than the client reads. Its first bytes are made before the
 * answer begins, so that a voice that fails can still be told as an error.
 */

import { Readable } from 'node:stream'
import { ParleyError, type SpeechPart } from '@parley/core'
import type { SoundCoder } from './sound-coder.js'

export interface SoundStreamOptions {
  readonly parts: AsyncGenerator<SpeechPart>
  readonly coder: SoundCoder
  /** Samples in all, where they are known. */
  readonly samples: number | undefined
  /** All of it was made, and taken; or the voice failed. */
  onEnd(failure: ParleyError | undefined): void
}

/** Resolves once there is sound. @throws what the voice throws before it; everything is closed then. */
export async function soundStream(options: SoundStreamOptions): Promise<Readable> {
  const bytes = soundBytes(options)
  const first = await bytes.next()
  return Readable.from(beginningWith(first, bytes), { objectMode: false, highWaterMark: 16_384 })
}

async function* soundBytes({ parts, coder, samples, onEnd }: SoundStreamOptions): AsyncGenerator<Uint8Array> {
  try {
    let head: Uint8Array | undefined = coder.head(samples)
    for await (const part of parts) {
      if (part.kind !== 'audio') continue
      const sound = coder.add(part.samples)
      if (head !== undefined) yield Buffer.concat([head, sound])
      // An empty piece would end the stream.
      else if (sound.length > 0) yield sound
      head = undefined
    }
    if (head !== undefined) throw new ParleyError('voice_failed', 'The voice made no sound for this text.')
    const rest = coder.end()
    if (rest.length > 0) yield rest
    onEnd(undefined)
  } catch (error) {
    onEnd(ParleyError.from(error))
    throw error
  } finally {
    coder.close()
  }
}

async function* beginningWith(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done !== true) yield first.value
    yield* rest
  } finally {
    // Left before its first piece, it does not know of the others.
    await rest.return(undefined)
  }
}
