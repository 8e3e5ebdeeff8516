import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silence, sine } from '@parley/audio'
import { ParleyError, type SpeechToText, type SttEvent, type SttStream, systemClock } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VendorContext } from '../vendor.js'
import { fixedKey } from '../wire/keys.js'
import { openSocket } from '../wire/socket.js'
import { sherpa } from './index.js'
import { loadModelFolder } from './model-folder.js'
import { onnxMetadata } from './onnx-metadata.js'
import { requirePackage } from './thread-errors.js'
import { wordsOfTokens } from './words-of-tokens.js'

/** They hear "lo" in a tone of 300 Hz and "hi" in one of 2,500 Hz; tools/tiny-recogniser makes them. */
const models = fileURLToPath(new URL('../../../../fixtures/tiny-recogniser', import.meta.url))
const tiny = join(models, 'ctc')
const rate = 16_000

function recogniser(options: object = {}, clock: VendorContext['clock'] = systemClock): SpeechToText {
  const context: VendorContext = {
    clock,
    epochMs: () => 0,
    random: () => 0,
    newId: () => 'id',
    baseUrl: '',
    keys: fixedKey(undefined),
    fetch,
    openSocket,
    warn: () => {},
  }
  const made = sherpa.stt?.create({ model: tiny, ...options }, context)
  if (made === undefined) throw new Error('no recogniser')
  return made
}

/** Events as they come, and a wait for the one that is looked for. */
function listening(to: SpeechToText) {
  const events: SttEvent[] = []
  const waiting: { holds(): boolean; resolve(): void }[] = []
  const stream = to.open({
    language: 'en',
    clock: systemClock,
    onEvent(event) {
      events.push(event)
      for (const each of waiting) if (each.holds()) each.resolve()
    },
  })
  const until = (holds: () => boolean) =>
    holds() ? Promise.resolve() : new Promise<void>(resolve => waiting.push({ holds, resolve }))
  return {
    events,
    stream,
    of: (kind: SttEvent['kind'], times = 1) =>
      until(() => events.filter(event => event.kind === kind).length >= times),
  }
}

const tone = (hz: number, durationMs = 300) => sine({ rate, durationMs, hz, amplitude: 0.3 })
const quiet = (durationMs = 300) => silence({ rate, durationMs })

/** Sound in frames of 20 ms from this media time; gives its end. */
function say(stream: SttStream, atMs: number, parts: readonly Int16Array[]): number {
  let ms = atMs
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 320) {
      stream.hear({ samples: part.slice(at, at + 320), rate, atMs: ms })
      ms += 20
    }
  }
  return ms
}

describe.each(['ctc', 'transducer'])('sherpa-onnx with a real model, %s', kind => {
  const shared = recogniser({ model: join(models, kind) })
  afterAll(() => shared.close())

  it('hears the words of two turns, while they are spoken and where they were', async () => {
    const { events, stream, of } = listening(shared)
    stream.begin(1_000)
    say(stream, 1_000, [quiet(), tone(300), quiet()])
    await of('partial')
    expect(events.at(-1)).toMatchObject({ kind: 'partial', text: 'lo' })
    const endMs = say(stream, 1_900, [tone(2_500), quiet()])
    stream.finish(endMs)
    await of('finished')
    stream.begin(60_000)
    say(stream, 60_000, [quiet(), tone(2_500), quiet()])
    stream.finish(60_900)
    await of('finished', 2)
    const finals = events.flatMap(event => (event.kind === 'final' ? [event] : []))
    expect(finals.map(({ text }) => text)).toEqual(['lo hi', 'hi'])
    expect(finals[0]?.words?.map(({ text }) => text)).toEqual(['lo', 'hi'])
    const starts = finals.flatMap(({ words = [] }) => words.map(({ startMs }) => startMs))
    for (const [index, atMs] of [1_300, 1_900, 60_300].entries())
      expect(Math.abs((starts[index] ?? 0) - atMs)).toBeLessThan(120)
    stream.close()
  })

  it('hears what came just before speech was noticed', async () => {
    const { events, stream, of } = listening(shared)
    say(stream, 0, [quiet(), tone(300, 200)])
    stream.begin(250)
    say(stream, 500, [tone(300, 100), quiet(), tone(2_500), quiet()])
    stream.finish(1_500)
    await of('finished')
    expect(events.findLast(event => event.kind === 'final')).toMatchObject({ text: 'lo hi' })
    stream.close()
  })

  it('answers a turn without words, and a finish without a turn', async () => {
    const { events, stream, of } = listening(shared)
    stream.finish(10)
    stream.begin(20)
    say(stream, 20, [quiet()])
    stream.finish(320)
    await of('finished', 2)
    expect(events).toEqual([
      { kind: 'finished', atMs: 10 },
      { kind: 'finished', atMs: 320 },
    ])
    stream.close()
  })

  it('keeps streams apart, and tells nothing after a close', async () => {
    const [one, other, gone] = [listening(shared), listening(shared), listening(shared)]
    for (const { stream } of [one, other, gone]) stream.begin(0)
    for (let ms = 0; ms < 300; ms += 20) {
      say(one.stream, ms, [tone(300, 20)])
      say(other.stream, ms, [tone(2_500, 20)])
      say(gone.stream, ms, [tone(300, 20)])
    }
    gone.stream.close()
    one.stream.finish(300)
    other.stream.finish(300)
    await Promise.all([one.of('finished'), other.of('finished')])
    const finalOf = ({ events }: typeof one) => events.findLast(event => event.kind === 'final')
    expect(finalOf(one)).toMatchObject({ text: 'lo' })
    expect(finalOf(other)).toMatchObject({ text: 'hi' })
    expect(gone.events).toEqual([])
  })
})

describe('sherpa-onnx in trouble', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sherpa-'))
    await cp(tiny, folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('refuses a model that is damaged, and the process lives on', async () => {
    const bytes = await readFile(join(folder, 'model.onnx'))
    // What it says of itself stays, its operators do not.
    await writeFile(
      join(folder, 'model.onnx'),
      Buffer.from(bytes.toString('latin1').replaceAll('MatMul', 'NoSuch'), 'latin1'),
    )
    const bad = recogniser({ model: folder })
    await expect(bad.warm?.()).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(folder),
    })
    const { events, stream, of } = listening(bad)
    stream.begin(0)
    say(stream, 0, [tone(300)])
    await of('lost')
    expect(events).toMatchObject([{ kind: 'lost', error: { code: 'bad_config' } }])
    await bad.close()
    const good = recogniser()
    await good.warm?.()
    await good.close()
  })

  it('refuses tokens that do not fit', async () => {
    await writeFile(join(folder, 'tokens.txt'), 'this is no table of tokens\n')
    const bad = recogniser({ model: folder })
    const error = await bad.warm?.().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ParleyError)
    expect(['bad_config', 'provider_failed']).toContain((error as ParleyError).code)
    await bad.close()
  })

  it('gives up on a model that takes too long to load', async () => {
    const clock = new VirtualClock()
    const slow = recogniser({ loadTimeoutMs: 500 }, clock)
    const warming = expect(slow.warm?.()).rejects.toMatchObject({ code: 'timeout' })
    await clock.advance(500)
    await warming
    await slow.close()
  })

  it('says so when it falls too far behind', async () => {
    const slow = recogniser({ mostBehindMs: 1_000 })
    const { events, stream, of } = listening(slow)
    stream.begin(0)
    say(stream, 0, [quiet(1_100)])
    await of('lost')
    expect(events.at(-1)).toMatchObject({
      kind: 'lost',
      error: { code: 'provider_overloaded', retryable: true },
    })
    await slow.close()
  })

  it('names the command for a model that is not here', () => {
    expect(() => recogniser({ model: 'zipformer-xx', modelsFolder: folder })).toThrow(
      expect.objectContaining({
        code: 'provider_missing',
        message: expect.stringContaining('parley models pull zipformer-xx'),
      }),
    )
  })

  it('names the command for a package that is not installed', () => {
    const absent = () => {
      throw new Error('Cannot find module')
    }
    expect(() => requirePackage(absent as unknown as NodeJS.RequireResolve)).toThrow(
      expect.objectContaining({
        code: 'provider_missing',
        message: expect.stringContaining('npm install sherpa-onnx'),
      }),
    )
  })
})

describe('a folder of a model', () => {
  let folder: string
  let model: Buffer
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sherpa-'))
    model = await readFile(join(tiny, 'model.onnx'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const look = (precision: 'int8' | 'float' = 'int8') => loadModelFolder({ model: 'm', folder, precision })
  const put = async (...names: string[]) => {
    for (const name of names) await writeFile(join(folder, name), name.endsWith('.onnx') ? model : 'a 0\n')
  }

  it('with encoder, decoder and joiner is a transducer, of the precision that is wanted where there are both', async () => {
    const long = 'encoder-epoch-99-avg-1-chunk-16-left-128'
    await put(
      `${long}.onnx`,
      `${long}.int8.onnx`,
      'decoder-epoch-99.onnx',
      'joiner-epoch-99.int8.onnx',
      'tokens.txt',
    )
    const at = (name: string) => join(folder, name)
    expect(look()).toEqual({
      kind: 'transducer',
      encoder: at(`${long}.int8.onnx`),
      decoder: at('decoder-epoch-99.onnx'),
      joiner: at('joiner-epoch-99.int8.onnx'),
      tokens: at('tokens.txt'),
    })
    expect(look('float')).toMatchObject({ encoder: at(`${long}.onnx`) })
  })

  it('of the other kinds is known by what the model says of itself', async () => {
    await put('model.int8.onnx', 'tokens.txt')
    expect(look()).toMatchObject({ kind: 'nemoCtc' })
    const claims = async (type: string) => {
      const claimed = model.toString('latin1').replace('EncDecCTCModelBPE', type.padEnd(17))
      await writeFile(join(folder, 'model.int8.onnx'), Buffer.from(claimed, 'latin1'))
    }
    await claims('zipformer2')
    expect(look()).toMatchObject({ kind: 'zipformer2Ctc' })
    await put('encoder.onnx', 'decoder.onnx')
    const claimed = Buffer.from(
      model.toString('latin1').replace('EncDecCTCModelBPE', 'paraformer-online'),
      'latin1',
    )
    await writeFile(join(folder, 'encoder.onnx'), claimed)
    expect(look()).toMatchObject({ kind: 'paraformer' })
  })

  it.each([
    ['tokens.txt', ['encoder.onnx', 'decoder.onnx', 'joiner.onnx']],
    ['joiner*.onnx', ['encoder.onnx', 'decoder.onnx', 'tokens.txt']],
    ['decoder*.onnx', ['encoder.onnx', 'joiner.onnx', 'tokens.txt']],
    ['encoder*.onnx', ['decoder.onnx', 'joiner.onnx', 'tokens.txt']],
    ['model*.onnx', ['tokens.txt']],
  ])('that lacks %s is refused by that name', async (missing, names) => {
    await put(...names)
    expect(() => look()).toThrow(
      expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(missing) }),
    )
  })

  it('with something that is no model is refused by its name', async () => {
    await put('tokens.txt')
    await writeFile(join(folder, 'model.onnx'), 'version https://git-lfs.github.com/spec/v1\n')
    expect(() => look()).toThrow(
      expect.objectContaining({ code: 'bad_config', message: expect.stringContaining('model.onnx') }),
    )
  })

  it('may hold anything at all without harm', () => {
    const path = join(folder, 'any.onnx')
    const { writeFileSync } = process.getBuiltinModule('node:fs')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        writeFileSync(path, bytes)
        const metadata = onnxMetadata(path)
        expect(metadata === undefined || metadata instanceof Map).toBe(true)
      }),
    )
  })

  it('says of itself what it says', () => {
    expect(onnxMetadata(join(tiny, 'model.onnx'))?.get('chunk_shift')).toBe('16')
  })
})

describe('words of tokens', () => {
  it('begin at spaces, and at each character of a script without', () => {
    expect(wordsOfTokens([' he', 'llo', ' you'], [0.1, 0.2, 0.9], 2_000)).toEqual([
      { text: 'hello', startMs: 100, endMs: 600 },
      { text: 'you', startMs: 900, endMs: 1_300 },
    ])
    expect(wordsOfTokens(['\u2581ho', 'la'], [0.1, 0.2], 300)).toEqual([
      { text: 'hola', startMs: 100, endMs: 300 },
    ])
    expect(wordsOfTokens(['今', '天', ' ok'], [0, 0.2, 0.4], 500).map(({ text }) => text)).toEqual([
      '今',
      '天',
      'ok',
    ])
    expect(wordsOfTokens(['\u2581', 'a'], [0, 0.1], 500).map(({ text }) => text)).toEqual(['a'])
    expect(wordsOfTokens(['a'], [], 500)).toEqual([])
  })

  it('never overlap and keep every letter', () => {
    const token = fc.stringMatching(/^[ \u2581]?[a-z]{0,3}$/)
    fc.assert(
      fc.property(fc.array(token, { maxLength: 20 }), tokens => {
        const words = wordsOfTokens(
          tokens,
          tokens.map((_, at) => at / 10),
          5_000,
        )
        expect(words.map(({ text }) => text).join('')).toBe(tokens.join('').replace(/[ \u2581]/g, ''))
        for (const [index, { startMs, endMs }] of words.entries()) {
          expect(endMs).toBeGreaterThanOrEqual(startMs)
          expect(endMs).toBeLessThanOrEqual(words[index + 1]?.startMs ?? 5_000)
        }
      }),
    )
  })
})
