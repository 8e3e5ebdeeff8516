/** SFrame messages (RFC 9605) by the browser's AES-GCM. A counter is taken when a message is given, not when it is sealed. */
import {
  createReplayWindow,
  FRAME_TAG_BYTES,
  FRAMES_PER_KEY,
  frameHeader,
  frameNonce,
  readFrameHeader,
} from '@parley/protocol/sframe'
import type { FrameKeys } from './frame-keys-of.js'

export interface FrameSealer {
  /** Undefined once `framesPerKey` were sealed. */
  seal(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> | undefined
}

export function createFrameSealer(
  subtle: SubtleCrypto,
  { kid, key, salt }: FrameKeys,
  framesPerKey = FRAMES_PER_KEY,
): FrameSealer {
  let next = 0

  async function sealAs(ctr: number, plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const header = frameHeader(kid, ctr)
    const manner = { name: 'AES-GCM', iv: frameNonce(salt, ctr), additionalData: header }
    const body = await subtle.encrypt(manner, key, plain)
    const sealed = new Uint8Array(header.length + body.byteLength)
    sealed.set(header)
    sealed.set(new Uint8Array(body), header.length)
    return sealed
  }

  return {
    seal: plain => (next < framesPerKey ? sealAs(next++, plain) : undefined),
  }
}

export interface FrameOpener {
  /** What was sealed; undefined for what was not, or not by these keys, or came before. Never rejects. */
  open(sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined>
}

/** `open` is called in the order of arrival, and notes counters in it, however the browser answers. */
export function createFrameOpener(subtle: SubtleCrypto, { kid, key, salt }: FrameKeys): FrameOpener {
  const window = createReplayWindow(1)
  let last: Promise<unknown> = Promise.resolve()
  return {
    open(sealed) {
      const header = readFrameHeader(sealed)
      if (header === undefined || header.kid !== kid) return Promise.resolve(undefined)
      const { ctr, length } = header
      if (sealed.length < length + FRAME_TAG_BYTES) return Promise.resolve(undefined)
      const manner = {
        name: 'AES-GCM',
        iv: frameNonce(salt, ctr),
        additionalData: sealed.subarray(0, length),
      }
      const opening = subtle.decrypt(manner, key, sealed.subarray(length)).catch(() => undefined)
      const before = last
      const result = (async () => {
        const plain = await opening
        await before
        if (plain === undefined || !window.isNew(ctr)) return undefined
        window.note(ctr)
        return new Uint8Array(plain)
      })()
      last = result
      return result
    },
  }
}
