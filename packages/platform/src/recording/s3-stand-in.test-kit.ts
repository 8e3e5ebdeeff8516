import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A bucket on loopback: checks each signature by AWS's own description of Signature Version 4, and answers in AWS's XML.
 * It knows objects, ranges, listings and uploads in parts.
 */
export interface S3StandIn {
  readonly endpoint: string
  readonly objects: Map<string, Uint8Array>
  /** Uploads in parts that were begun and neither finished nor given up. */
  readonly openUploads: number
  /** What was asked, as `METHOD /path`. */
  readonly asked: string[]
  /** So many requests are answered with 503 from now on. */
  failures: number
  /** Answers wait until this resolves. */
  held: Promise<void> | undefined
  /** The next upload in parts fails when it is put together, with a status of 200. */
  failsLate: boolean
  close(): Promise<void>
}

export const standInKey = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'a secret/with+signs',
  region: 'eu-test-1',
}
export const BUCKET = 'sound'

export async function startS3StandIn({ pathStyle = true, pageSize = 2 } = {}): Promise<S3StandIn> {
  const objects = new Map<string, Uint8Array>()
  const uploads = new Map<string, Map<number, { readonly tag: string; readonly bytes: Uint8Array }>>()
  let count = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = new Uint8Array(Buffer.concat(chunks))
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    standIn.asked.push(`${request.method} ${url.pathname}`)
    await standIn.held
    const send = (status: number, headers: Record<string, string> = {}, text: string | Uint8Array = '') => {
      response.writeHead(status, { 'x-amz-request-id': 'TEST', ...headers })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    const refuse = (status: number, code: string) =>
      send(
        status,
        { 'content-type': 'application/xml' },
        `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>As it says.</Message></Error>`,
      )
    const xml = (root: string, inner: string) =>
      send(
        200,
        { 'content-type': 'application/xml' },
        `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`,
      )
    if (standIn.failures > 0) {
      standIn.failures--
      return refuse(503, 'SlowDown')
    }
    const wrong = signatureProblem(request, body)
    if (wrong !== undefined) return refuse(403, wrong)
    const start = pathStyle ? `/${BUCKET}/` : '/'
    if (!pathStyle && !url.host.startsWith(`${BUCKET}.`)) return refuse(404, 'NoSuchBucket')
    if (!url.pathname.startsWith(start)) return refuse(404, 'NoSuchBucket')
    const name = decodeURIComponent(url.pathname.slice(start.length))
    const query = url.searchParams
    if (name === '' && request.method === 'GET') {
      const prefix = query.get('prefix') ?? ''
      const after = query.get('continuation-token') ?? ''
      const names = [...objects.keys()].filter(each => each.startsWith(prefix) && each > after).sort()
      const page = names.slice(0, pageSize)
      const isTruncated = names.length > page.length
      const contents = page.map(
        each =>
          `<Contents><Key>${escaped(each)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
          `<ETag>&quot;x&quot;</ETag><Size>${objects.get(each)?.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      )
      const next = isTruncated
        ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>`
        : ''
      return xml(
        'ListBucketResult',
        `<Name>${BUCKET}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
          `<IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}`,
      )
    }
    const uploadId = query.get('uploadId') ?? ''
    if (request.method === 'POST' && query.has('uploads')) {
      const id = `upload-${++count}`
      uploads.set(id, new Map())
      return xml(
        'InitiateMultipartUploadResult',
        `<Bucket>${BUCKET}</Bucket><Key>${escaped(name)}</Key><UploadId>${id}</UploadId>`,
      )
    }
    if (uploadId !== '') {
      const parts = uploads.get(uploadId)
      if (parts === undefined) return refuse(404, 'NoSuchUpload')
      if (request.method === 'DELETE') {
        uploads.delete(uploadId)
        return send(204)
      }
      if (request.method === 'PUT') {
        const tag = `"${createHash('md5').update(body).digest('hex')}"`
        parts.set(Number(query.get('partNumber')), { tag, bytes: body })
        return send(200, { etag: tag })
      }
      if (standIn.failsLate) {
        standIn.failsLate = false
        return send(200, {}, '<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>')
      }
      const told = [
        ...new TextDecoder().decode(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g),
      ]
      const fits = told.every(
        ([, number, tag = '']) => parts.get(Number(number))?.tag === tag.replaceAll('&quot;', '"'),
      )
      if (!fits || told.length !== parts.size) return refuse(400, 'InvalidPart')
      const small = [...parts].some(
        ([number, { bytes }]) => number < parts.size && bytes.length < 5 * 1_048_576,
      )
      if (small) return refuse(400, 'EntityTooSmall')
      objects.set(
        name,
        new Uint8Array(
          Buffer.concat(told.map(([, number]) => parts.get(Number(number))?.bytes ?? new Uint8Array(0))),
        ),
      )
      uploads.delete(uploadId)
      return xml('CompleteMultipartUploadResult', `<Key>${escaped(name)}</Key>`)
    }
    if (request.method === 'PUT') {
      objects.set(name, body)
      return send(200, { etag: '"x"' })
    }
    if (request.method === 'DELETE') {
      objects.delete(name)
      return send(204)
    }
    const found = objects.get(name)
    if (found === undefined) return refuse(404, 'NoSuchKey')
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (first === undefined) return send(200, { 'content-length': String(found.length) }, found)
    if (Number(first) >= found.length) return refuse(416, 'InvalidRange')
    const part = found.slice(Number(first), Number(last) + 1)
    send(
      206,
      { 'content-length': String(part.length), 'content-range': `bytes ${first}-${last}/${found.length}` },
      part,
    )
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const standIn: S3StandIn = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    get openUploads() {
      return uploads.size
    },
    asked: [],
    failures: 0,
    held: undefined,
    failsLate: false,
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return standIn
}

/** By “Signature Calculations for the Authorization Header” of the S3 API reference; undefined where it is right. */
function signatureProblem(request: IncomingMessage, body: Uint8Array): string | undefined {
  const { accessKeyId, secretAccessKey, region } = standInKey
  const fields = /^AWS4-HMAC-SHA256 Credential=(.+), SignedHeaders=(.+), Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  )
  const [, credential = '', signedNames = '', signature] = fields ?? []
  const date = String(request.headers['x-amz-date'])
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`
  if (credential !== `${accessKeyId}/${scope}`) return 'InvalidAccessKeyId'
  const hash = createHash('sha256').update(body).digest('hex')
  if (request.headers['x-amz-content-sha256'] !== hash) return 'XAmzContentSHA256Mismatch'
  const names = signedNames.split(';')
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every(name => names.includes(name)))
    return 'AccessDenied'
  const [path = '/', search = ''] = (request.url ?? '/').split('?')
  const pairs = search === '' ? [] : search.split('&').map(pair => (pair.includes('=') ? pair : `${pair}=`))
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonicalQuery = pairs
    .map(pair =>
      pair
        .split('=')
        .map(part => encode(decodeURIComponent(part.replaceAll('+', ' '))))
        .join('='),
    )
    .sort()
    .join('&')
  const canonical = [
    request.method,
    path
      .split('/')
      .map(part => encode(decodeURIComponent(part)))
      .join('/'),
    canonicalQuery,
    ...names.map(name => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedNames,
    hash,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  )
  const chain = [date.slice(0, 8), region, 's3', 'aws4_request', toSign]
  const signed = chain.reduce<Buffer>(
    (key, text) => createHmac('sha256', key).update(text).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
  return signed.toString('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
