/**
 * Finished recordings in a bucket: `<prefix><tenant>/<id>/<name>`, tenant and id hashed as in a folder. Nothing grows there: files
 * come whole, in one request or, beyond `SINGLE_BYTES`, in parts.
 */

import { ParleyError } from '@parley/core'
import { placeOf } from './folder-shelf.js'
import type { RecordingFile, RecordingKey, RecordingReader, RecordingShelf } from './recording-shelf.js'
import { type S3Client, xmlElements, xmlText } from './s3-client.js'

/** Where finished files are taken to. */
export interface FarShelf extends Pick<RecordingShelf, 'list' | 'open'> {
  /** Over what is there. @throws as `open` */
  put(key: RecordingKey, name: string, from: RecordingReader): Promise<void>
  /** All of the recording's. */
  remove(key: RecordingKey): Promise<void>
}

export interface S3ShelfOptions {
  readonly client: S3Client
  readonly prefix: string
  /** Default 16 MiB; parts are half of it and never less than the 5 MiB that S3 wants. */
  readonly singleBytes?: number
}

const SINGLE_BYTES = 16 * 1_048_576
const LEAST_PART_BYTES = 5 * 1_048_576
/** Pages of a listing, of 1,000 names each: a recording has five. */
const MOST_PAGES = 10

export function createS3Shelf({ client, prefix, singleBytes = SINGLE_BYTES }: S3ShelfOptions): FarShelf {
  const folderOf = (key: RecordingKey): string => `${prefix}${placeOf(key).join('/')}/`

  async function list(key: RecordingKey): Promise<readonly RecordingFile[]> {
    const folder = folderOf(key)
    const files: RecordingFile[] = []
    let token: string | undefined
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = { 'list-type': '2', prefix: folder, ...(token && { 'continuation-token': token }) }
      const { bytes } = await client({ method: 'GET', object: '', query })
      const xml = new TextDecoder().decode(bytes)
      for (const found of xmlElements(xml, 'Contents')) {
        const name = xmlText(found, 'Key')?.slice(folder.length)
        if (name) files.push({ name, sizeBytes: Number(xmlText(found, 'Size')) })
      }
      token = xmlText(xml, 'NextContinuationToken')
      if (token === undefined || xmlText(xml, 'IsTruncated') !== 'true') break
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async function putParts(object: string, from: RecordingReader): Promise<void> {
    const begun = await client({ method: 'POST', object, query: { uploads: '' } })
    const uploadId = xmlText(new TextDecoder().decode(begun.bytes), 'UploadId')
    if (uploadId === undefined) throw new ParleyError('store_failed', 'The object storage began no upload.')
    try {
      const partBytes = Math.max(LEAST_PART_BYTES, Math.floor(singleBytes / 2))
      const parts: string[] = []
      for (let at = 0; at < from.sizeBytes; at += partBytes) {
        const body = new Uint8Array(await from.read(at, at + partBytes))
        const query = { partNumber: String(parts.length + 1), uploadId }
        const { headers } = await client({ method: 'PUT', object, query, body })
        const tag = (headers.get('etag') ?? '').replaceAll('"', '&quot;')
        parts.push(`<Part><PartNumber>${parts.length + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
      }
      const body = new TextEncoder().encode(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
      )
      await client({ method: 'POST', object, query: { uploadId }, body })
    } catch (error) {
      // Parts that nobody puts together cost money for ever.
      await client({ method: 'DELETE', object, query: { uploadId } }).catch(() => {})
      throw error
    }
  }

  return {
    list,
    async open(key, name) {
      const object = folderOf(key) + name
      const { headers } = await client({ method: 'HEAD', object })
      const sizeBytes = Number(headers.get('content-length'))
      return {
        sizeBytes,
        async read(from, to) {
          const start = Math.max(0, Math.min(from, sizeBytes))
          const end = Math.max(start, Math.min(to, sizeBytes))
          if (start === end) return new Uint8Array(0)
          const range = `bytes=${start}-${end - 1}`
          const { status, bytes } = await client({ method: 'GET', object, headers: { range } })
          // A storage that knows no ranges sends all of it.
          return status === 206 ? bytes : bytes.subarray(start, end)
        },
        close: async () => {},
      }
    },
    async put(key, name, from) {
      const object = folderOf(key) + name
      if (from.sizeBytes > singleBytes) return putParts(object, from)
      await client({ method: 'PUT', object, body: new Uint8Array(await from.read(0, from.sizeBytes)) })
    },
    async remove(key) {
      const folder = folderOf(key)
      for (const { name } of await list(key)) await client({ method: 'DELETE', object: folder + name })
    },
  }
}
