/**
 * What a model says of itself: the `metadata_props` of an ONNX file. Only the heads of its fields are read, so a model of
 * gigabytes costs no more than a small one. The format is protobuf: field 14 of the outermost message holds pairs of text.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const METADATA = 14
/** Longest pair that is read. */
const MOST_PAIR_BYTES = 1_000_000

/** Undefined for what is no ONNX file. Throws what the file system throws. */
export function onnxMetadata(path: string): ReadonlyMap<string, string> | undefined {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const read = (at: number, length: number) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at))
    }
    return metadataIn(read, size)
  } finally {
    closeSync(file)
  }
}

function metadataIn(
  read: (at: number, length: number) => Buffer,
  size: number,
): Map<string, string> | undefined {
  const metadata = new Map<string, string>()
  let fields = 0
  for (let at = 0; at < size; fields++) {
    const head = read(at, 20)
    const tag = varint(head, 0)
    if (tag === undefined) return undefined
    const field = Math.floor(tag.value / 8)
    const kind = tag.value % 8
    const next = varint(head, tag.end)
    if (field === 0 || next === undefined) return undefined
    if (kind === 0) {
      at += next.end
    } else if (kind === 2) {
      const from = at + next.end
      if (from + next.value > size) return undefined
      if (field === METADATA && next.value <= MOST_PAIR_BYTES) addPair(metadata, read(from, next.value))
      at = from + next.value
    } else return undefined
  }
  return fields > 0 ? metadata : undefined
}

function addPair(metadata: Map<string, string>, pair: Buffer): void {
  const texts: (string | undefined)[] = []
  for (let at = 0; at < pair.length; ) {
    const tag = varint(pair, at)
    const length = tag === undefined ? undefined : varint(pair, tag.end)
    if (tag === undefined || length === undefined || tag.value % 8 !== 2) return
    texts[Math.floor(tag.value / 8)] = pair.toString('utf8', length.end, length.end + length.value)
    at = length.end + length.value
  }
  const [, key, value = ''] = texts
  if (key !== undefined) metadata.set(key, value)
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let at = from; at < from + 8; at++) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * (at - from))
    if (byte < 0x80) return { value, end: at + 1 }
  }
  return undefined
}
