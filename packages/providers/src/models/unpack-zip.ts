/**
 * Unpacks a zip by its central directory: stored and deflated files, without encryption or zip64. Sizes and checksums are
 * held to what the directory says, names to the folder, and links are refused.
 */

import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { damaged, entryPath, mostEntries, mostUnpackedBytes, unsafe } from './entry-path.js'
import type { Unpack } from './unpack-tar.js'

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly at: number
}

const END = 0x06054b50
const DIRECTORY = 0x02014b50
const LOCAL = 0x04034b50
const LINK = 0o120000
/** The end record and the longest comment behind it. */
const TAIL_BYTES = 22 + 65_535

/** @throws ParleyError `bad_config` for what is not safe, `provider_failed` for what is damaged. */
export async function unpackZip(unpack: Unpack): Promise<void> {
  const handle = await open(unpack.archive, 'r')
  try {
    for (const entry of await entriesOf(handle)) {
      const path = entryPath(unpack.folder, entry.name, unpack.strip)
      if (path === undefined) continue
      if (entry.name.endsWith('/')) await mkdir(path, { recursive: true })
      else await extract(unpack, handle, { entry, path })
    }
  } finally {
    await handle.close()
  }
}

async function entriesOf(handle: FileHandle): Promise<Entry[]> {
  const { size } = await handle.stat()
  const tail = await bytesAt(handle, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES))
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (end < 0 || tail.length < end + 22 || tail.readUInt32LE(end) !== END)
    throw damaged('it has no directory')
  const count = tail.readUInt16LE(end + 10)
  const length = tail.readUInt32LE(end + 12)
  const from = tail.readUInt32LE(end + 16)
  if (count > mostEntries || count === 0xffff || from === 0xffff_ffff || length > size)
    throw damaged('its directory is too large')
  const directory = await bytesAt(handle, from, length)
  const entries: Entry[] = []
  let total = 0
  for (let at = 0; entries.length < count; ) {
    if (directory.length < at + 46 || directory.readUInt32LE(at) !== DIRECTORY)
      throw damaged('its directory breaks off')
    const nameBytes = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
    const isEncrypted = (directory.readUInt16LE(at + 8) & 1) !== 0
    const mode = directory.readUInt32LE(at + 38) >>> 16
    if (isEncrypted || (mode & 0o170000) === LINK) throw unsafe(name)
    const entry: Entry = {
      name,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      sizeBytes: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
    }
    total += entry.sizeBytes
    if (total > mostUnpackedBytes) throw damaged('it holds more than it may')
    entries.push(entry)
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

async function extract(
  { archive, signal }: Unpack,
  handle: FileHandle,
  { entry, path }: { readonly entry: Entry; readonly path: string },
): Promise<void> {
  const { name, method, at, packedBytes } = entry
  if (method !== 0 && method !== 8) throw damaged(`${name} is packed in an unknown way`)
  const head = await bytesAt(handle, at, 30)
  if (head.readUInt32LE(0) !== LOCAL) throw damaged(`${name} is not where it should be`)
  const from = at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28)
  await mkdir(dirname(path), { recursive: true })
  const packed =
    packedBytes === 0
      ? Readable.from([])
      : createReadStream(archive, { start: from, end: from + packedBytes - 1 })
  const file = createWriteStream(path, { flags: 'wx', mode: 0o644 })
  if (method === 8) await pipeline(packed, createInflateRaw(), checked(entry), file, { signal })
  else await pipeline(packed, checked(entry), file, { signal })
}

/** Passes on what is no more than the directory says, and fails at the end if it is not just that. */
function checked({ name, crc, sizeBytes }: Entry): Transform {
  let sum = 0
  let size = 0
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      sum = crc32(bytes, sum)
      size += bytes.length
      if (size > sizeBytes) done(damaged(`${name} is larger than it says`))
      else done(null, bytes)
    },
    flush(done) {
      if (size !== sizeBytes || sum !== crc) done(damaged(`${name} has the wrong sum`))
      else done()
    },
  })
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, at)
  if (bytesRead < length) throw damaged('it breaks off')
  return bytes
}
