/**
 * A sealed socket from the page's side. The browser's cryptography answers later, so messages wait for each other: they are
 * sent, and handed on, in the order in which they came. Bounded by bytes; what is over the bound ends the connection.
 */
import { SEALED_SOUND, SEALED_TEXT, UNOPENED_IN_A_ROW } from '@parley/protocol/sframe'
import type { Seal, SealHandlers } from './encryption-types.js'
import type { FrameKeys } from './frame-keys-of.js'
import { createFrameOpener, createFrameSealer } from './frames.js'

/** Beyond 20 s of uncompressed sound the page is not behind, it stands still. */
const MAX_WAITING_BYTES = 2_000_000

export interface SealOptions {
  readonly subtle: SubtleCrypto
  readonly client: FrameKeys
  readonly gateway: FrameKeys
  readonly handlers: SealHandlers
}

export function createSeal({ subtle, client, gateway, handlers }: SealOptions): Seal {
  const sealer = createFrameSealer(subtle, client)
  const opener = createFrameOpener(subtle, gateway)
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  const outward = createLine(handlers)
  const inward = createLine(handlers)
  let unopened = 0
  let unopenedInARow = 0

  function takeOpened(plain: Uint8Array<ArrayBuffer> | undefined): void {
    const kind = plain?.[0]
    if (plain === undefined || (kind !== SEALED_TEXT && kind !== SEALED_SOUND)) return notOpened()
    unopenedInARow = 0
    // A copy, so that what is sound begins where samples may.
    if (kind === SEALED_SOUND) handlers.audio(plain.slice(1).buffer)
    else handlers.text(decoder.decode(plain.subarray(1)))
  }

  function notOpened(): void {
    unopened++
    unopenedInARow++
    if (unopenedInARow >= UNOPENED_IN_A_ROW) handlers.broken('tampered')
    else if (unopened === 1) handlers.unopened()
  }

  function send(kind: number, bytes: Uint8Array<ArrayBuffer>): void {
    const plain = new Uint8Array(1 + bytes.length)
    plain[0] = kind
    plain.set(bytes, 1)
    const sealing = sealer.seal(plain)
    if (sealing === undefined) handlers.broken('spent')
    else outward.add(plain.length, sealing, handlers.send)
  }

  return {
    get waitingBytes() {
      return outward.waitingBytes
    },
    sendText: text => send(SEALED_TEXT, encoder.encode(text)),
    sendSound: bytes => send(SEALED_SOUND, bytes),
    receive(message) {
      if (!(message instanceof ArrayBuffer)) return inward.add(0, Promise.resolve(undefined), takeOpened)
      inward.add(message.byteLength, opener.open(new Uint8Array(message)), takeOpened)
    },
    flushed: outward.flushed,
  }
}

/** Hands results over in the order in which they were asked for. */
function createLine({ broken }: SealHandlers) {
  let tail: Promise<unknown> = Promise.resolve()
  let waitingBytes = 0
  return {
    get waitingBytes() {
      return waitingBytes
    },
    add<Result>(bytes: number, result: Promise<Result>, deliver: (result: Result) => void): void {
      waitingBytes += bytes
      if (waitingBytes > MAX_WAITING_BYTES) broken('behind')
      const before = tail
      tail = result.then(async value => {
        await before
        waitingBytes -= bytes
        deliver(value)
      })
      tail = tail.catch(() => broken('failed'))
    },
    flushed: () => tail.then(() => {}),
  }
}
