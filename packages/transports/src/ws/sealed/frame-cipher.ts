/**
 * One direction of a sealed socket: SFrame messages (RFC 9605) of AES-128-GCM, the header as associated data. A counter is
 * used once; what was not made with this key, or came before, does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { ParleyError } from '@parley/core'
import {
  createReplayWindow,
  FRAME_KEY_BYTES,
  FRAME_SALT_BYTES,
  FRAME_TAG_BYTES,
  FRAMES_PER_KEY,
  frameHeader,
  frameKeyInfo,
  frameNonce,
  frameSaltInfo,
  readFrameHeader,
  SEALED_SOUND,
  SEALED_TEXT,
} from '@parley/protocol'

const CIPHER = 'aes-128-gcm'
const SOUND = Buffer.of(SEALED_SOUND)
const TEXT = Buffer.of(SEALED_TEXT)

export interface FrameKeys {
  readonly kid: number
  readonly key: Uint8Array
  readonly salt: Uint8Array
}

/** Key and salt of a direction from its base key. */
export function frameKeysOf(baseKey: Uint8Array, kid: number): FrameKeys {
  const derive = (info: Uint8Array, length: number) =>
    new Uint8Array(hkdfSync('sha256', baseKey, '', info, length))
  return {
    kid,
    key: derive(frameKeyInfo(kid), FRAME_KEY_BYTES),
    salt: derive(frameSaltInfo(kid), FRAME_SALT_BYTES),
  }
}

export interface FrameSealer {
  /** Text as UTF-8, sound as it is. @throws ParleyError `keys_spent` once `framesPerKey` are sealed */
  seal(message: string | Uint8Array): Buffer
}

export function createFrameSealer({ kid, key, salt }: FrameKeys, framesPerKey = FRAMES_PER_KEY): FrameSealer {
  let next = 0
  return {
    seal(message) {
      if (next >= framesPerKey) throw new ParleyError('keys_spent')
      const ctr = next++
      const isText = typeof message === 'string'
      const plain = isText ? Buffer.from(message) : message
      const header = frameHeader(kid, ctr)
      const cipher = createCipheriv(CIPHER, key, frameNonce(salt, ctr))
      cipher.setAAD(header)
      const sealed = Buffer.allocUnsafe(header.length + 1 + plain.length + FRAME_TAG_BYTES)
      sealed.set(header)
      sealed.set(cipher.update(isText ? TEXT : SOUND), header.length)
      sealed.set(cipher.update(plain), header.length + 1)
      cipher.final()
      sealed.set(cipher.getAuthTag(), header.length + 1 + plain.length)
      return sealed
    },
  }
}

export interface OpenedFrame {
  readonly isBinary: boolean
  readonly bytes: Buffer
}

export interface FrameOpener {
  /** What lies in a sealed message. @throws ParleyError `bad_seal`, and then nothing has changed */
  open(sealed: Buffer): OpenedFrame
  /** Messages that must have been sent and never came. */
  readonly missing: number
}

/** `windowSize` is how far below the highest counter one may still come; 1 where the way keeps order. */
export function createFrameOpener({ kid, key, salt }: FrameKeys, windowSize = 1): FrameOpener {
  const window = createReplayWindow(windowSize)
  return {
    get missing() {
      return window.missing
    },
    open(sealed) {
      const header = readFrameHeader(sealed)
      const bodyBytes = sealed.length - (header?.length ?? 0) - FRAME_TAG_BYTES
      if (header === undefined || header.kid !== kid || bodyBytes < 1 || !window.isNew(header.ctr))
        throw new ParleyError('bad_seal')
      const { length, ctr } = header
      const decipher = createDecipheriv(CIPHER, key, frameNonce(salt, ctr))
      decipher.setAAD(sealed.subarray(0, length))
      decipher.setAuthTag(sealed.subarray(length + bodyBytes))
      const plain = decipher.update(sealed.subarray(length, length + bodyBytes))
      try {
        decipher.final()
      } catch (cause) {
        throw new ParleyError('bad_seal', undefined, { cause })
      }
      const [kind] = plain
      if (kind !== SEALED_SOUND && kind !== SEALED_TEXT) throw new ParleyError('bad_seal')
      window.note(ctr)
      return { isBinary: kind === SEALED_SOUND, bytes: plain.subarray(1) }
    },
  }
}
