import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentsSourceSchema } from '../context-config.js'
import { NOW, signal, testWorld } from '../loopback.test-kit.js'
import { chunksOf } from './document-chunks.js'
import { documentsSource } from './documents.js'

let folder = ''
const put = async (name: string, content: string, atMs = NOW - 60_000) => {
  await writeFile(join(folder, name), content)
  await utimes(join(folder, name), atMs / 1000, atMs / 1000)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-documents-'))
  await mkdir(join(folder, 'sub'))
  await put(
    'house.md',
    '# House\n\n## Breakfast\n\nBreakfast is served from **7 to 10**, see [menu](x.html).\n\n## Pets\n\nDogs are welcome for 20 euros a night.\n',
  )
  await put(
    'sub/parking.html',
    '<html><head><title>x</title><script>alert("garage")</script></head><body><h2>Parking &amp; cars</h2><p>The garage costs 15&nbsp;€ a day.</p></body></html>',
  )
  await put('piscina.txt', 'La piscina abre de mayo a septiembre. Los niños nadan acompañados.')
  await put('.hidden.md', 'The safe code is secret.')
  await put('data.bin', 'garage garage garage')
  await symlink('/etc/hostname', join(folder, 'link.txt'))
})
afterAll(() => rm(folder, { recursive: true }))

function setUp(options: object = {}) {
  const { world, clock } = testWorld({ folderOf: () => folder })
  const source = documentsSource(
    documentsSourceSchema.parse({ kind: 'documents', folder: 'docs', maxSnippets: 1, ...options }),
    world,
  )
  const answers = async (said: string, language = 'en') => {
    const key = source.wants(said, language)
    return key === undefined ? [] : (await source.fetch(key, signal())).map(fact => fact.text)
  }
  return { source, clock, answers }
}

describe('a folder of documents', () => {
  it('answers with the best piece, its file and its headings', async () => {
    const { source, answers } = setUp()
    await source.scan()
    expect(await answers('hi, can I bring my two dogs for a night')).toEqual([
      'house.md, House › Pets: Dogs are welcome for 20 euros a night.',
    ])
    expect(await answers('how much is the garage a day')).toEqual([
      'sub/parking.html, Parking & cars: The garage costs 15 € a day.',
    ])
    expect(await answers('¿cuándo abre la piscina?', 'es')).toEqual([
      'piscina.txt: La piscina abre de mayo a septiembre. Los niños nadan acompañados.',
    ])
    expect(await answers('breakfast')).toEqual([
      'house.md, House › Breakfast: Breakfast is served from 7 to 10, see menu.',
    ])
  })

  it('answers a question of which it knows one word', async () => {
    const { source, answers } = setUp()
    await source.scan()
    expect(await answers('What are the opening hours of the garage?')).toHaveLength(1)
    expect(await answers('What are the opening hours of the library?')).toEqual([])
  })

  it('looks for what was said last, for a search takes longer with every word', async () => {
    const { source, answers } = setUp()
    await source.scan()
    const talk = 'my sister bought seven yellow tulips because grandmother loves gardens near quiet rivers'
    expect(await answers(`breakfast served ${talk}`)).toEqual([])
    expect(await answers(`${talk} breakfast served`)).toHaveLength(1)
  })

  it('is searched for a word that was misheard', async () => {
    const { source, answers } = setUp()
    await source.scan()
    expect(await answers('brekfast')).toHaveLength(1)
  })

  it('answers nothing where too little is found, and never from hidden files, links or others', async () => {
    const { source, answers } = setUp()
    await source.scan()
    expect(await answers('tell me the secret safe code')).toEqual([])
    expect(await answers('I would like to speak about my mortgage tomorrow')).toEqual([])
    expect(await answers('and what is it that you can do for me')).toEqual([])
  })

  it('tells as of when a file was changed', async () => {
    const { source } = setUp()
    await source.scan()
    const [fact] = await source.fetch(source.wants('breakfast', 'en') ?? '', signal())
    expect(fact?.asOfMs).toBe(NOW - 60_000)
  })

  it('notices a change by itself, and serves the old index until then', async () => {
    const { source, clock, answers } = setUp()
    await source.scan()
    await put('spa.md', 'The sauna opens at noon.', NOW)
    expect(await answers('when does the sauna open')).toEqual([])
    await clock.advance(10_000)
    expect(await answers('when does the sauna open')).toEqual([])
    await source.scan()
    expect(await answers('when does the sauna open')).toEqual(['spa.md: The sauna opens at noon.'])
    await rm(join(folder, 'spa.md'))
    await source.scan()
    await source.scan()
    expect(await answers('when does the sauna open')).toEqual([])
  })

  it('says so when there is no such folder', async () => {
    const { world } = testWorld()
    const source = documentsSource(
      documentsSourceSchema.parse({ kind: 'documents', folder: join(folder, 'nowhere') }),
      world,
    )
    await source.scan()
    await expect(source.fetch(source.wants('breakfast', 'en') ?? '', signal())).rejects.toMatchObject({
      code: 'context_failed',
      message: expect.stringContaining('ENOENT'),
    })
  })

  it('is cut into pieces that can be told, without losing a word', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}[.?]?$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 600 }), words => {
        const chunks = chunksOf(words.join(' '), 'text')
        for (const { text } of chunks) expect(text.length).toBeLessThanOrEqual(700)
        expect(chunks.map(({ text }) => text).join(' ')).toBe(words.join(' '))
      }),
    )
  })

  it('is read in good time however odd it is', () => {
    for (const piece of ['[', '# ', ' ', '| ', '<h1>', '<a', '**', '`']) {
      for (const kind of ['markdown', 'html', 'text'] as const)
        for (const { text } of chunksOf(`${piece.repeat(50_000)}x`, kind))
          expect(text.length).toBeLessThanOrEqual(700)
    }
  }, 5_000)

  it('takes no heading from code', () => {
    expect(chunksOf('# Real\n```\n# not one\n```\nafter', 'markdown')).toEqual([
      { heading: 'Real', text: '# not one after' },
    ])
  })
})
