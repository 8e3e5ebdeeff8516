import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sherpa } from '../sherpa/index.js'
import type { VendorContext } from '../vendor.js'
import { tarGzOf, tarOf, zipOf } from './archives.test-kit.js'
import { modelCatalogue, parseCatalogue } from './catalogue.js'
import { listModels } from './list-models.js'
import { type PullProgress, pullModel } from './pull-model.js'

interface Served {
  readonly content: Buffer
  readonly tag?: string
  /** Breaks off after so many bytes, once. */
  breakAt?: number
  status?: number
  /** Says nothing at all. */
  hangs?: boolean
}

let server: Server
let base: string
let folder: string
let clock: VirtualClock
let served: Map<string, Served>
let ranges: (string | undefined)[]

beforeEach(async () => {
  served = new Map()
  ranges = []
  clock = new VirtualClock()
  folder = await mkdtemp(join(tmpdir(), 'models-'))
  server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

function answer(request: IncomingMessage, response: ServerResponse): void {
  const file = served.get(request.url ?? '')
  ranges.push(request.headers.range)
  if (file === undefined) return void response.writeHead(404).end()
  if (file.hangs === true) return
  if (file.status !== undefined) return void response.writeHead(file.status).end()
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const isRest = from > 0 && request.headers['if-range'] === file.tag
  const body = isRest ? file.content.subarray(from) : file.content
  response.writeHead(isRest ? 206 : 200, {
    'content-length': body.length,
    ...(file.tag === undefined ? {} : { etag: file.tag }),
    ...(isRest ? { 'content-range': `bytes ${from}-${file.content.length - 1}/${file.content.length}` } : {}),
  })
  if (file.breakAt === undefined) return void response.end(body)
  const until = file.breakAt
  delete file.breakAt
  response.write(body.subarray(0, until), () => response.destroy())
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

function catalogue(files: readonly object[], name = 'tiny') {
  return parseCatalogue({
    models: [{ name, title: 'Tiny', languages: ['en'], provider: 'sherpa', licence: 'none', files }],
  })
}

/** A file that the server has, as an entry of the catalogue. */
function entry(path: string, content: Buffer, change: object = {}) {
  if (!served.has(`/${path}`)) served.set(`/${path}`, { content, tag: '"v1"' })
  return { url: `${base}/${path}`, path, sizeBytes: content.length, sha256: sha256(content), ...change }
}

function pull(files: readonly object[], change: Partial<Parameters<typeof pullModel>[0]> = {}) {
  const signal = new AbortController().signal
  return pullModel({ name: 'tiny', catalogue: catalogue(files), folder, clock, fetch, signal, ...change })
}

const there = async () => (await readdir(join(folder, 'tiny'), { recursive: true })).sort()
const content = randomBytes(300_000)

describe('pulling a model', () => {
  it('puts all files in their place, says how far it is, and leaves nothing else', async () => {
    const progress: PullProgress[] = []
    const files = [entry('model.onnx', content), entry('lang/tokens.txt', Buffer.from('a 0\n'))]
    const { path } = await pull(files, { onProgress: each => progress.push(each) })
    expect(await readFile(join(path, 'model.onnx'))).toEqual(content)
    expect(await there()).toEqual(['lang', 'lang/tokens.txt', 'model.onnx', 'parley-model.json'])
    expect(await readdir(folder)).toEqual(['tiny'])
    expect(progress.at(0)).toEqual({ file: 'model.onnx', receivedBytes: 0, totalBytes: 300_000 })
    expect(progress).toContainEqual({ file: 'model.onnx', receivedBytes: 300_000, totalBytes: 300_000 })
  })

  it('goes on where it broke off, file by file', async () => {
    const small = entry('tokens.txt', Buffer.from('a 0\n'))
    const large = entry('model.onnx', content)
    served.set('/model.onnx', { content, tag: '"v1"', breakAt: 100_000 })
    await expect(pull([small, large])).rejects.toMatchObject({ code: 'provider_unreachable' })
    expect(await listModels(catalogue([small, large]), folder)).toMatchObject([
      { name: 'tiny', state: 'begun' },
    ])
    const { path } = await pull([small, large])
    expect(ranges).toEqual([undefined, undefined, 'bytes=100000-'])
    expect(await readFile(join(path, 'model.onnx'))).toEqual(content)
  })

  it('begins again if the file has changed at the vendor’s', async () => {
    served.set('/model.onnx', { content: randomBytes(300_000), tag: '"v0"', breakAt: 100_000 })
    const file = entry('model.onnx', content)
    await expect(pull([file])).rejects.toMatchObject({ code: 'provider_unreachable' })
    served.set('/model.onnx', { content, tag: '"v1"' })
    const { path } = await pull([file])
    expect(ranges).toEqual([undefined, 'bytes=100000-'])
    expect(await readFile(join(path, 'model.onnx'))).toEqual(content)
  })

  it('refuses a file with another sum and does not keep it', async () => {
    const file = entry('model.onnx', content, { sha256: sha256(Buffer.from('other')) })
    await expect(pull([file])).rejects.toMatchObject({ code: 'provider_failed' })
    expect(await listModels(catalogue([file]), folder)).toMatchObject([{ state: 'begun' }])
    await expect(pull([file])).rejects.toMatchObject({ code: 'provider_failed' })
    expect(ranges).toEqual([undefined, undefined])
  })

  it('refuses a file that is larger than it should be', async () => {
    const file = entry('model.onnx', content, { sizeBytes: 1_000 })
    await expect(pull([file])).rejects.toMatchObject({ code: 'too_large' })
  })

  it('stops when it is told to, and can be gone on with', async () => {
    const abort = new AbortController()
    const file = entry('model.onnx', content)
    const stopped = pull([file], { signal: abort.signal, onProgress: () => abort.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'provider_unreachable', retryable: true })
    expect((await pull([file])).files).toHaveLength(1)
  })

  it('gives up when nothing comes', async () => {
    served.set('/model.onnx', { content, hangs: true })
    const pulling = pull([entry('model.onnx', content)], { idleTimeoutMs: 1_000 })
    const failed = expect(pulling).rejects.toMatchObject({ code: 'timeout' })
    let settled = false
    pulling
      .catch(() => undefined)
      .finally(() => {
        settled = true
      })
    while (!settled) {
      await clock.advance(100)
      await new Promise(resolve => setImmediate(resolve))
    }
    await failed
  })

  it('says that the disk is full, and frees what it took', async () => {
    await mkdir(join(folder, '.pull-tiny', 'files'), { recursive: true })
    await symlink('/dev/full', join(folder, '.pull-tiny', 'files', 'model.onnx.part'))
    await expect(pull([entry('model.onnx', content)])).rejects.toMatchObject({ code: 'store_full' })
    expect(await readdir(join(folder, '.pull-tiny', 'files'))).toEqual([])
  })

  it('asks for no more room than there is', async () => {
    const huge = entry('model.onnx', content, { sizeBytes: Number.MAX_SAFE_INTEGER })
    await expect(pull([huge])).rejects.toMatchObject({ code: 'store_full' })
    expect(ranges).toEqual([])
  })

  it('takes the place of an older one only when it is whole', async () => {
    await pull([entry('model.onnx', content)])
    const next = randomBytes(1_000)
    served.set('/model.onnx', { content: next, breakAt: 500 })
    await expect(pull([entry('model.onnx', next)])).rejects.toMatchObject({ code: 'provider_unreachable' })
    expect(await readFile(join(folder, 'tiny', 'model.onnx'))).toEqual(content)
    await pull([entry('model.onnx', next)])
    expect(await readFile(join(folder, 'tiny', 'model.onnx'))).toEqual(next)
    expect(await readdir(folder)).toEqual(['tiny'])
  })

  it('takes files without a sum only if told to, and holds them to what came first', async () => {
    const file = { url: entry('model.onnx', content).url, path: 'model.onnx' }
    await expect(pull([file])).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('--unpinned'),
    })
    const { files } = await pull([file], { acceptUnpinned: true })
    expect(files).toEqual([{ path: 'model.onnx', sizeBytes: 300_000, sha256: sha256(content) }])
    served.set('/model.onnx', { content: randomBytes(10) })
    await expect(pull([file])).rejects.toMatchObject({ code: 'provider_failed' })
  })

  it('is done by one at a time', async () => {
    await mkdir(join(folder, '.pull-tiny'), { recursive: true })
    await writeFile(join(folder, '.pull-tiny', 'lock'), String(process.pid))
    const file = entry('model.onnx', content)
    await expect(pull([file])).rejects.toMatchObject({ code: 'store_locked' })
    await writeFile(join(folder, '.pull-tiny', 'lock'), '999999999')
    expect((await pull([file])).name).toBe('tiny')
  })

  it.each([
    ['a model it does not have', { name: 'other' }, 'not_found'],
    ['an address without encryption', {}, 'bad_config'],
  ])('refuses %s', async (_, change, code) => {
    const file = { url: 'http://models.example/model.onnx', path: 'model.onnx', sha256: sha256(content) }
    await expect(pull([file], change)).rejects.toMatchObject({ code })
  })

  it.each([401, 404, 429, 500])('says what a server means with %i', async status => {
    served.set('/model.onnx', { content, status })
    const error = await pull([entry('model.onnx', content)]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^provider_/), details: { status } })
  })
})

describe('an archive', () => {
  const model = { name: 'top/model.onnx', content }
  const tokens = { name: 'top/sub/tokens.txt', content: Buffer.from('a 0\n') }
  const longName = `top/${'n'.repeat(150)}.txt`
  const pax = Buffer.from(`${` path=${longName}\n`.length + 3} path=${longName}\n`)

  it.each([
    ['tar', tarOf([{ name: 'top/', type: '5' }, model, tokens])],
    ['tar.gz', tarGzOf([model, tokens])],
    ['zip', zipOf([{ name: 'top/' }, model, { ...tokens, stored: true }])],
  ])('of the kind %s is unpacked without its outer folder', async (unpack, archive) => {
    await pull([entry('a.bin', archive, { unpack, strip: 1 })])
    expect(await there()).toEqual(['model.onnx', 'parley-model.json', 'sub', 'sub/tokens.txt'])
    expect(await readFile(join(folder, 'tiny', 'model.onnx'))).toEqual(content)
  })

  it('may have long names', async () => {
    const archive = tarOf([
      { name: 'pax', type: 'x', content: pax },
      { name: 'cut', content: Buffer.from('pax') },
      { name: '././@LongLink', type: 'L', content: Buffer.from(`top/${'g'.repeat(150)}\0`) },
      { name: 'cut', content: Buffer.from('gnu') },
    ])
    await pull([entry('a.tar', archive, { unpack: 'tar', strip: 1 })])
    expect(await there()).toEqual(['g'.repeat(150), `${'n'.repeat(150)}.txt`, 'parley-model.json'])
  })

  it.each<[string, string, Buffer]>([
    ['a name that climbs out', 'tar', tarOf([{ name: 'top/../../evil', content }])],
    ['an absolute name', 'tar', tarOf([{ name: '/etc/evil', content }])],
    ['a link', 'tar', tarOf([{ name: 'top/link', type: '2' }])],
    [
      'a long name that climbs out',
      'tar',
      tarOf([{ name: 'x', type: 'L', content: Buffer.from('../evil\0') }, { name: 'x' }]),
    ],
    ['a zip that climbs out', 'zip', zipOf([{ name: '../evil', content }])],
    ['a zip with a backslash', 'zip', zipOf([{ name: '..\\evil', content }])],
    ['a zip with a link', 'zip', zipOf([{ name: 'link', content, mode: 0o120777 }])],
  ])('with %s is refused, and nothing of it is there', async (_, unpack, archive) => {
    await expect(pull([entry('a.bin', archive, { unpack })])).rejects.toMatchObject({ code: 'bad_config' })
    expect(await readdir(folder)).toEqual(['.pull-tiny'])
    await expect(readdir(join(folder, 'tiny'))).rejects.toThrow()
  })

  it.each<[string, string, Buffer]>([
    ['breaks off', 'tar', tarOf([model]).subarray(0, 1_000)],
    ['has a wrong sum in a head', 'tar', Buffer.from(tarOf([model]).fill(1, 0, 5))],
    [
      'is a zip that says less than it holds',
      'zip',
      zipOf([{ name: 'bomb', content: Buffer.alloc(1_000_000), claimedBytes: 10 }]),
    ],
    ['is no zip', 'zip', Buffer.from('not a zip')],
  ])('that %s is damaged', async (_, unpack, archive) => {
    await expect(pull([entry('a.bin', archive, { unpack })])).rejects.toMatchObject({
      code: 'provider_failed',
    })
  })
})

describe('a pulled model', () => {
  it('is one that the local recogniser loads by its name', async () => {
    const tiny = fileURLToPath(new URL('../../../../fixtures/tiny-recogniser/transducer', import.meta.url))
    const names = ['encoder.onnx', 'decoder.onnx', 'joiner.onnx', 'tokens.txt']
    const files = await Promise.all(names.map(async name => entry(name, await readFile(join(tiny, name)))))
    await pull(files)
    const context = { clock: systemClock, epochMs: () => 0 } as unknown as VendorContext
    const recogniser = sherpa.stt?.create({ model: 'tiny', modelsFolder: folder }, context)
    await recogniser?.warm?.()
    await recogniser?.close()
    expect(await listModels(catalogue(files), folder)).toMatchObject([{ name: 'tiny', state: 'installed' }])
  })
})

describe('the catalogue', () => {
  it('that ships is valid, and another goes before it', async () => {
    const shipped = await modelCatalogue()
    expect(shipped.models.length).toBeGreaterThan(0)
    const name = shipped.models[0]?.name
    const file = join(folder, 'own.json')
    const own = {
      name,
      title: 'Mine',
      languages: ['en'],
      provider: 'sherpa',
      licence: 'none',
      files: [{ url: 'https://models.example/m', path: 'm' }],
    }
    await writeFile(file, JSON.stringify({ models: [own] }))
    const both = await modelCatalogue(file)
    expect(both.models).toHaveLength(shipped.models.length)
    expect(both.models[0]?.title).toBe('Mine')
  })

  it.each(['../up', '/etc/passwd', 'a/../../b', 'a\\b', ''])('refuses the path "%s"', path => {
    expect(() => catalogue([{ url: 'https://models.example/m', path }])).toThrow(
      expect.objectContaining({ code: 'bad_config' }),
    )
  })

  it('that cannot be read is named', async () => {
    await expect(modelCatalogue('/nowhere/models.json')).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('/nowhere/models.json'),
    })
  })
})
