/**
 * Unpacks a tar (POSIX ustar, with the long names of pax and GNU), plain or gzipped. Only files and folders: an archive
 * with links or devices is refused, and so is a name that leaves the folder.
 */

import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { damaged, entryPath, mostEntries, mostUnpackedBytes, unsafe } from './entry-path.js'

export interface Unpack {
  readonly archive: string
  readonly folder: string
  readonly strip: number
  readonly signal: AbortSignal
}

const BLOCK = 512
/** Longest of the records that only carry names. */
const MOST_NAME_BYTES = 65_536

/** @throws ParleyError `bad_config` for what is not safe, `provider_failed` for what is damaged. */
export async function unpackTar(unpack: Unpack & { readonly gzip: boolean }): Promise<void> {
  const source = createReadStream(unpack.archive)
  const write = async (bytes: AsyncIterable<Buffer>) => untar(bytes, unpack)
  if (unpack.gzip) await pipeline(source, createGunzip(), write, { signal: unpack.signal })
  else await pipeline(source, write, { signal: unpack.signal })
}

async function untar(bytes: AsyncIterable<Buffer>, { folder, strip }: Unpack): Promise<void> {
  const input = blocks(bytes)
  let longName: string | undefined
  let entries = 0
  let total = 0
  for (let head = await input.take(BLOCK); head !== undefined; head = await input.take(BLOCK)) {
    if (head.every(byte => byte === 0)) return
    const { name, size, type } = readHead(head)
    total += size
    if (++entries > mostEntries || total > mostUnpackedBytes) throw damaged('it holds more than it may')
    if (type === 'x' || type === 'L') {
      longName = nameIn(await whole(input, size), type) ?? longName
    } else if (type === 'g') {
      await whole(input, size)
    } else {
      const path = entryPath(folder, longName ?? name, strip)
      longName = undefined
      if (type === '5') {
        if (path !== undefined) await mkdir(path, { recursive: true })
      } else if (type === '0' || type === '\0') {
        await writeEntry(input, path, size)
      } else throw unsafe(name)
    }
  }
  if (entries === 0) throw damaged('it is empty')
}

function readHead(head: Buffer): { readonly name: string; readonly size: number; readonly type: string } {
  const sum = head.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (octal(head, 148, 8) !== sum) throw damaged('a head has the wrong sum')
  const isUstar = head.toString('latin1', 257, 262) === 'ustar'
  const prefix = isUstar ? text(head, 345, 155) : ''
  return {
    name: prefix === '' ? text(head, 0, 100) : `${prefix}/${text(head, 0, 100)}`,
    size: sizeIn(head),
    type: String.fromCharCode(head[156] ?? 0),
  }
}

function text(head: Buffer, at: number, length: number): string {
  return head.toString('utf8', at, at + length).split('\0')[0] ?? ''
}

function octal(head: Buffer, at: number, length: number): number {
  const digits = text(head, at, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

/** Large sizes are binary, with the highest bit set. */
function sizeIn(head: Buffer): number {
  const isBinary = ((head[124] ?? 0) & 0x80) !== 0
  const size = isBinary ? Number(head.readBigUInt64BE(128)) : octal(head, 124, 12)
  if (!Number.isSafeInteger(size) || size < 0) throw damaged('a size cannot be read')
  return size
}

/** pax records are `length path=name\n`; GNU has the name alone. */
function nameIn(body: Buffer, type: 'x' | 'L'): string | undefined {
  if (type === 'L') return text(body, 0, body.length)
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString('utf8'))?.[1]
}

interface Blocks {
  /** Exactly this much; undefined at the end. */
  take(size: number): Promise<Buffer | undefined>
  /** Up to this much. */
  some(size: number): Promise<Buffer>
}

async function whole(input: Blocks, size: number): Promise<Buffer> {
  if (size > MOST_NAME_BYTES) throw damaged('a name is too long')
  const body = await input.take(Math.ceil(size / BLOCK) * BLOCK)
  if (body === undefined) throw damaged('it breaks off')
  return body.subarray(0, size)
}

async function writeEntry(input: Blocks, path: string | undefined, size: number): Promise<void> {
  let handle: FileHandle | undefined
  if (path !== undefined) {
    await mkdir(dirname(path), { recursive: true })
    // A file that is there already would be a name that comes twice.
    handle = await open(path, 'wx', 0o644)
  }
  try {
    for (let left = size; left > 0; ) {
      const bytes = await input.some(left)
      left -= bytes.length
      await handle?.write(bytes)
    }
  } finally {
    await handle?.close()
  }
  const padding = (BLOCK - (size % BLOCK)) % BLOCK
  if (padding > 0 && (await input.take(padding)) === undefined) throw damaged('it breaks off')
}

function blocks(bytes: AsyncIterable<Buffer>): Blocks {
  const iterator = bytes[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  async function more(): Promise<boolean> {
    const next = await iterator.next()
    if (next.done === true) return false
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value])
    return true
  }
  return {
    async take(size) {
      while (held.length < size) {
        if (await more()) continue
        if (held.length > 0) throw damaged('it breaks off')
        return undefined
      }
      const taken = held.subarray(0, size)
      held = held.subarray(size)
      return taken
    },
    async some(size) {
      if (held.length === 0 && !(await more())) throw damaged('it breaks off')
      const taken = held.subarray(0, size)
      held = held.subarray(taken.length)
      return taken
    },
  }
}
