import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryKeyBook, memoryShelf } from './memory-shelf.test-kit.js'
import { createRecordingKeyring, rewrapKeys } from './recording-keys.js'
import { readRecordingFile } from './recording-shelf.js'
import { CHUNK_BYTES } from './sealed-file.js'
import { sealedShelf } from './sealed-shelf.js'

const key = { tenant: 'acme', id: 'ses_1' }
const random = (count: number) => new Uint8Array(randomBytes(count))
const gatewayKey = random(32)
const sound = Uint8Array.from({ length: 3 * CHUNK_BYTES + 1_000 }, (_, at) => (at * 7) % 251)
const sealedChunk = CHUNK_BYTES + 16

interface Below {
  readonly inner: ReturnType<typeof memoryShelf>
  readonly book: ReturnType<typeof memoryKeyBook>
}

function rig(keys: readonly Uint8Array[] = [gatewayKey], from?: Below) {
  const inner = from?.inner ?? memoryShelf()
  const book = from?.book ?? memoryKeyBook()
  const ring = createRecordingKeyring(keys, random)
  const shelf = sealedShelf({ inner, book, ring, randomBytes: random, seals: true })
  return { inner, book, ring, shelf }
}

async function filled(name = 'session.wav') {
  const all = rig()
  const sink = await all.shelf.create(key, name)
  for (let at = 0; at < sound.length; at += 5_000) await sink.append(sound.subarray(at, at + 5_000))
  await sink.close()
  return { ...all, path: `acme/ses_1/${name}.sealed` }
}

/** Changes the bytes of a file on the shelf below. */
function change({ inner, path }: Awaited<ReturnType<typeof filled>>, by: (bytes: Uint8Array) => Uint8Array) {
  inner.files.set(path, by(inner.files.get(path) ?? new Uint8Array(0)))
}

describe('a sealed shelf', () => {
  it('gives back what was put there, whole and in any part, and shows nothing of it below', async () => {
    const { shelf, inner, path } = await filled()
    expect(await readRecordingFile(shelf, key, 'session.wav')).toEqual(sound)
    expect(await shelf.list(key)).toEqual([{ name: 'session.wav', sizeBytes: sound.length }])
    const reader = await shelf.open(key, 'session.wav')
    for (const [from, to] of [
      [0, 1],
      [CHUNK_BYTES - 1, CHUNK_BYTES + 1],
      [5, 3 * CHUNK_BYTES + 5],
      [3 * CHUNK_BYTES + 10, 3 * CHUNK_BYTES + 20],
      [sound.length - 1, sound.length + 50],
      [sound.length, sound.length + 5],
    ] as const)
      expect(await reader.read(from, to)).toEqual(sound.slice(from, to))
    expect(Buffer.from(inner.files.get(path) ?? []).includes(Buffer.from(sound.subarray(0, 12)))).toBe(false)
  })

  it.each([
    ['a bit is turned', (bytes: Uint8Array) => bytes.map((byte, at) => (at === 40_000 ? byte ^ 1 : byte))],
    ['its header is another', (bytes: Uint8Array) => bytes.map((byte, at) => (at === 12 ? byte ^ 1 : byte))],
    [
      'it is taken for one that may be cut',
      (bytes: Uint8Array) => bytes.map((byte, at) => (at === 8 ? 1 : byte)),
    ],
    ['its end is cut off within a chunk', (bytes: Uint8Array) => bytes.slice(0, -500)],
    ['its end is cut off between chunks', (bytes: Uint8Array) => bytes.slice(0, 32 + 3 * sealedChunk)],
    [
      'two chunks have changed places',
      (bytes: Uint8Array) =>
        Uint8Array.from([
          ...bytes.slice(0, 32),
          ...bytes.slice(32 + sealedChunk, 32 + 2 * sealedChunk),
          ...bytes.slice(32, 32 + sealedChunk),
          ...bytes.slice(32 + 2 * sealedChunk),
        ]),
    ],
  ])('opens nothing where %s', async (_, by) => {
    const file = await filled()
    change(file, by)
    await expect(readRecordingFile(file.shelf, key, 'session.wav')).rejects.toMatchObject({
      code: 'store_failed',
    })
  })

  it('opens no file under another name or of another recording', async () => {
    const { shelf, inner, path, book } = await filled()
    inner.files.set('acme/ses_1/session.ogg.sealed', inner.files.get(path) ?? new Uint8Array(0))
    await expect(shelf.open(key, 'session.ogg')).rejects.toMatchObject({ code: 'store_failed' })
    inner.files.set('acme/ses_2/session.wav.sealed', inner.files.get(path) ?? new Uint8Array(0))
    const wrapped = await book.find(key)
    if (wrapped !== undefined) await book.add({ tenant: 'acme', id: 'ses_2' }, wrapped)
    await expect(shelf.open({ tenant: 'acme', id: 'ses_2' }, 'session.wav')).rejects.toMatchObject({
      code: 'store_failed',
    })
  })

  it('opens every whole chunk of a segment that was never closed, torn or not', async () => {
    const { shelf, inner } = rig()
    const sink = await shelf.create(key, 'segment-1-a.wav')
    await sink.append(sound.subarray(0, 2 * CHUNK_BYTES + 100))
    const path = 'acme/ses_1/segment-1-a.wav.sealed'
    expect(await readRecordingFile(shelf, key, 'segment-1-a.wav')).toEqual(sound.slice(0, 2 * CHUNK_BYTES))
    inner.files.set(path, Uint8Array.from([...(inner.files.get(path) ?? []), ...random(700)]))
    expect(await readRecordingFile(shelf, key, 'segment-1-a.wav')).toEqual(sound.slice(0, 2 * CHUNK_BYTES))
  })

  it('seals nothing twice under one nonce when the disk is full for a while', async () => {
    const { shelf, inner } = rig()
    const sink = await shelf.create(key, 'segment-1-a.wav')
    inner.failures = 2
    const first = sound.subarray(0, 20_000)
    await expect(sink.append(first)).rejects.toMatchObject({ code: 'store_full' })
    await expect(sink.append(first)).rejects.toMatchObject({ code: 'store_full' })
    await sink.append(first)
    await sink.append(sound.subarray(20_000))
    await sink.close()
    expect(await readRecordingFile(shelf, key, 'segment-1-a.wav')).toEqual(sound)
  })

  it('forgets a recording with its key, whatever becomes of the files', async () => {
    const { shelf, inner, book, path } = await filled()
    const copy = inner.files.get(path) ?? new Uint8Array(0)
    await shelf.remove(key)
    expect([book.keys.size, inner.files.size]).toEqual([0, 0])
    inner.files.set(path, copy)
    expect(await shelf.list(key)).toEqual([])
    await expect(shelf.open(key, 'session.wav')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('opens what older keys sealed, wraps it anew, and then does without them', async () => {
    const old = await filled()
    const newest = random(32)
    const both = rig([newest, gatewayKey], old)
    expect(await readRecordingFile(both.shelf, key, 'session.wav')).toEqual(sound)
    await expect(readRecordingFile(rig([newest], old).shelf, key, 'session.wav')).rejects.toThrow(
      old.ring.current,
    )
    expect(await rewrapKeys(both.book, both.ring)).toBe(1)
    expect(await rewrapKeys(both.book, both.ring)).toBe(0)
    expect(await readRecordingFile(rig([newest], old).shelf, key, 'session.wav')).toEqual(sound)
  })

  it('leaves a recording open that began without a seal, and counts nothing unsealed beside a key', async () => {
    const { shelf, inner } = rig()
    inner.files.set('acme/ses_1/segment-1-a.wav', sound.slice(0, 100))
    const sink = await shelf.create(key, 'call.wav')
    await sink.append(sound)
    await sink.close()
    expect((await shelf.list(key)).map(({ name }) => name)).toEqual(['call.wav', 'segment-1-a.wav'])
    expect(await readRecordingFile(shelf, key, 'call.wav')).toEqual(sound)
    const sealed = await filled()
    sealed.inner.files.set('acme/ses_1/session.ogg', sound)
    expect((await sealed.shelf.list(key)).map(({ name }) => name)).toEqual(['session.wav'])
    await expect(sealed.shelf.open(key, 'session.ogg')).rejects.toMatchObject({ code: 'not_found' })
  })
})
