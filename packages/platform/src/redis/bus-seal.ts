/**
 * The seal of one message between nodes: AES-256-GCM under a key of the sender's own, made by HKDF-SHA-256 of what all nodes
 * share and of 16 random bytes that the sender drew at its start. So its nonce is its count of messages, used once.
 *
 * A message is `PLR1`, the sender's random bytes, the count (8 bytes), the sealed text and the tag (16). All in front of the
 * text, and the channel, is authenticated with it: what was changed, comes again or is put on another channel does not open.
 */

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

export interface BusSeal {
  seal(channel: string, plain: Uint8Array): Uint8Array
  /** What was sealed for this channel and has not been opened on it before, or why it is not that. */
  open(channel: string, sealed: Uint8Array): Uint8Array | BusFault
}

/**
 * `unsealed`: from a node without a key, or an older one. `foreign`: by another key, or changed on its way. `repeated`: it was
 * opened before, or came behind a later one. `crowded`: of more senders than are remembered.
 */
export type BusFault = 'unsealed' | 'foreign' | 'repeated' | 'crowded'

export const BUS_FAULTS = ['unsealed', 'foreign', 'repeated', 'crowded'] as const satisfies BusFault[]

export interface BusSealOptions {
  /** What all nodes share; at least 32 bytes that cannot be guessed. */
  readonly secret: Uint8Array
  randomBytes(count: number): Uint8Array
  /** Senders remembered, each a node's one life. Never forgotten: what one has said could be said again. Default 10,000. */
  readonly mostSenders?: number
}

interface Sender {
  readonly key: Uint8Array
  /** The highest count opened, by channel. */
  readonly opened: Map<string, bigint>
}

const MAGIC = Buffer.from('PLR1')
const SALT_BYTES = 16
const COUNT_AT = MAGIC.length + SALT_BYTES
const HEADER_BYTES = COUNT_AT + 8
const TAG_BYTES = 16
const NONCE_BYTES = 12
/** Bytes that a message grows by. */
export const BUS_SEAL_BYTES = HEADER_BYTES + TAG_BYTES

/** Whether it says that it is sealed. */
export function isBusSealed(bytes: Uint8Array): boolean {
  return bytes.length >= BUS_SEAL_BYTES && MAGIC.every((byte, at) => bytes[at] === byte)
}

export function createBusSeal({ secret, randomBytes, mostSenders = 10_000 }: BusSealOptions): BusSeal {
  const salt = randomBytes(SALT_BYTES)
  const ownKey = keyOf(secret, salt)
  const senders = new Map<string, Sender>()
  let count = 0n

  function headerOf(): Buffer {
    const header = Buffer.allocUnsafe(HEADER_BYTES)
    header.set(MAGIC, 0)
    header.set(salt, MAGIC.length)
    header.writeBigUInt64BE(count++, COUNT_AT)
    return header
  }

  return {
    seal(channel, plain) {
      const header = headerOf()
      const cipher = createCipheriv('aes-256-gcm', ownKey, nonceOf(header))
      cipher.setAAD(about(header, channel))
      return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(channel, sealed) {
      if (!isBusSealed(sealed)) return 'unsealed'
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const header = bytes.subarray(0, HEADER_BYTES)
      const name = header.toString('latin1', MAGIC.length, COUNT_AT)
      const known = senders.get(name)
      const sender = known ?? {
        key: keyOf(secret, header.subarray(MAGIC.length, COUNT_AT)),
        opened: new Map(),
      }
      const plain = opened(sender.key, bytes, about(header, channel))
      if (plain === undefined) return 'foreign'
      // Only who has the key gets so far: nobody else fills the memory.
      if (known === undefined) {
        if (senders.size >= mostSenders) return 'crowded'
        senders.set(name, sender)
      }
      const at = header.readBigUInt64BE(COUNT_AT)
      if (at <= (sender.opened.get(channel) ?? -1n)) return 'repeated'
      sender.opened.set(channel, at)
      return plain
    },
  }
}

function keyOf(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'parley messages between nodes 1', 32))
}

function nonceOf(header: Buffer): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  nonce.set(header.subarray(COUNT_AT, HEADER_BYTES), NONCE_BYTES - 8)
  return nonce
}

function about(header: Buffer, channel: string): Uint8Array {
  return Buffer.concat([header, Buffer.from(channel)])
}

/** Undefined for what was not sealed by this key, or was changed. */
function opened(key: Uint8Array, bytes: Buffer, associated: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(bytes), { authTagLength: TAG_BYTES })
  decipher.setAAD(associated).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const plain = decipher.update(bytes.subarray(HEADER_BYTES, -TAG_BYTES))
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}
