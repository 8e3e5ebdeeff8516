import { EventEmitter } from 'node:events'
import { linkSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readWav, writeWav } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { plainPaint } from '../config/paint.js'
import { runProgram } from './program.js'

const clip = (name: string) =>
  fileURLToPath(new URL(`../../../../fixtures/audio/clips/${name}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-prosody-'))
const hello = clip('en-queue-thankyou.wav')

interface Given {
  readonly stdin?: Iterable<Uint8Array>
  /** Whether somebody looks at stderr. */
  readonly screen?: true
  /** The reader of stdout is gone after so many lines. */
  readonly readsLines?: number
}

/** One command line in this process, with a world of its own. */
async function run(words: readonly string[], given: Given = {}) {
  const lines: string[] = []
  const complaints: string[] = []
  let screen = ''
  const stdout = Object.assign(new EventEmitter(), { columns: 100 })
  const host = Object.assign(new EventEmitter(), {
    stdin: Readable.from(given.stdin ?? []),
    stdout,
    stderr: {
      isTTY: given.screen === true,
      write: (text: string) => {
        screen += text
      },
    },
  })
  const print = (line: string) => {
    lines.push(line)
    if (lines.length === given.readsLines) stdout.emit('error', new Error('EPIPE'))
  }
  const code = await runProgram(
    ['prosody', ...words],
    {
      env: {},
      folder,
      interactive: false,
      paint: plainPaint,
      print,
      complain: line => complaints.push(line),
      write: print,
    },
    host as unknown as NodeJS.Process,
  )
  return { code, out: lines.join('\n'), lines, err: complaints.join('\n'), screen }
}

function kept(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** A vowel of sorts: the first harmonics of a pitch. */
function voice(hz: number, durationMs: number, rate = 16_000): Int16Array {
  return Int16Array.from({ length: (durationMs * rate) / 1000 }, (_, i) => {
    let sum = 0
    for (let harmonic = 1; harmonic <= 8; harmonic++)
      sum += Math.sin((2 * Math.PI * hz * harmonic * i) / rate) / harmonic
    return Math.round(6_000 * sum)
  })
}

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
}

function csvRows(path: string) {
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n')
  const names = head?.split(',') ?? []
  return rows.map(row => Object.fromEntries(row.split(',').map((cell, i) => [names[i], cell])))
}

describe('parley prosody', () => {
  it('draws the pitch of a recording and says what it measured, without colours or wide lines', async () => {
    const { code, out, lines } = await run([hello])
    expect(code).toBe(0)
    expect(out).toMatch(/Median \d+ Hz, range [\d.]+ semitones/)
    expect(out).toMatch(/[\u2801-\u28ff]/)
    expect(out).not.toContain('\u001b')
    expect(Math.max(...lines.slice(0, -1).map(line => line.length))).toBeLessThanOrEqual(120)
    expect(lines.at(-1)).toContain('8 kHz mono; frames of 64 ms each 32 ms')
  })

  it('hears the pitch of a known voice within 1 %, as JSON', async () => {
    const path = kept('steady.wav', writeWav({ sampleRate: 16_000, samples: voice(155, 1_500) }))
    const { code, out } = await run([path, '--json', '--accurate'])
    expect(code).toBe(0)
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      file: path,
      rate: 16_000,
      channels: 1,
      truncated: false,
      durationMs: 1_500,
    })
    expect(report.sides[0].summary.pitch.medianHz / 155).toBeCloseTo(1, 2)
  })

  it('keeps the two speakers of a call apart, or mixes them, or takes one', async () => {
    const samples = [voice(110, 1_200), voice(220, 1_200)]
    const path = kept('call.wav', writeWav({ sampleRate: 16_000, samples }))
    const both = JSON.parse((await run([path, '--json'])).out)
    expect(both.sides.map(({ side }: { side: string }) => side)).toEqual(['left', 'right'])
    expect(both.sides[0].summary.pitch.medianHz).toBeCloseTo(110, -0.5)
    expect(both.sides[1].summary.pitch.medianHz).toBeCloseTo(220, -0.5)
    const right = JSON.parse((await run([path, '--json', '--channel', 'right'])).out)
    expect(right.sides).toHaveLength(1)
    expect(right.sides[0].summary.pitch.medianHz).toBeCloseTo(220, -0.5)
    const mix = JSON.parse((await run([path, '--json', '--channel', 'mix'])).out)
    expect(mix.sides[0].side).toBe('voice')
    expect(await run([hello, '--channel', 'left'])).toMatchObject({
      code: 2,
      err: 'parley: There is one channel only; leave --channel left out.',
    })
  })

  it('gives a row for each frame, the same in a file as on the terminal', async () => {
    const csv = join(folder, 'frames.csv')
    const words = [hello, '--frames', '--csv', csv, '--frame-size', '256', '--hop-size', '80']
    const { code, lines } = await run(words)
    expect(code).toBe(0)
    expect(readFileSync(csv, 'utf8')).toBe(`${lines.join('\r\n')}\r\n`)
    const rows = csvRows(csv)
    const wav = readWav(new Uint8Array(readFileSync(hello)))
    expect(rows.length).toBe(Math.floor(wav.samples.length / 80))
    expect(Number(rows[11]?.atMs) - Number(rows[10]?.atMs)).toBeCloseTo(10, 5)
    expect(rows.every(row => Object.values(row).every(cell => cell !== '' && cell !== 'NaN'))).toBe(true)
    const json = await run([hello, '--frames', '--json', '--frame-size', '256', '--hop-size', '80'])
    const frames = json.lines.map(line => JSON.parse(line)).filter(({ type }) => type === 'frame')
    expect(frames.map(({ pitchHz }) => String(pitchHz))).toEqual(rows.map(({ pitchHz }) => pitchHz))
  })

  it('hears stdin as it comes, as a WAV or as bare samples, and shows how far it is where somebody looks', async () => {
    const bytes = new Uint8Array(readFileSync(hello))
    const file = JSON.parse((await run([hello, '--json'])).out)
    const piped = await run(['-', '--json'], { stdin: pieces(bytes, 4_999), screen: true })
    expect({ ...JSON.parse(piped.out), file: '' }).toEqual({ ...file, file: '' })
    expect(piped.screen).toMatch(/0:0\d\.\d\d heard, \d+ utterances/)
    const wav = readWav(bytes)
    const raw = await run(['-', '--rate', String(wav.sampleRate), '--json'], {
      stdin: pieces(new Uint8Array(wav.samples.buffer.slice(0)), 777),
    })
    expect(JSON.parse(raw.out).sides).toEqual(file.sides)
    expect(raw.screen).toBe('')
  })

  it('stops without a word once nobody reads its rows', async () => {
    const bytes = writeWav({ sampleRate: 16_000, samples: voice(200, 4_000) })
    const { code, lines, err } = await run(['-', '--frames'], { stdin: pieces(bytes, 8_000), readsLines: 3 })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(lines.length).toBeLessThan(40)
  })

  it('says kindly that nobody speaks, and that a recording is cut off', async () => {
    const silent = kept('silent.wav', writeWav({ sampleRate: 48_000, samples: new Int16Array(48_000) }))
    expect(await run([silent])).toMatchObject({ code: 0, out: expect.stringContaining('It is silent') })
    const whole = writeWav({ sampleRate: 16_000, samples: voice(180, 1_000) })
    const cut = kept('cut.wav', whole.subarray(0, 20_001))
    const { code, err } = await run([cut])
    expect(code).toBe(0)
    expect(err).toMatch(/^warning: .*cut\.wav is cut off; what is there, 0:00\.62, was heard\.$/)
  })

  it('hears a rate above those of the analysis', async () => {
    const path = kept(
      'high.wav',
      writeWav({ sampleRate: 96_000, samples: voice(200, 700, 96_000), encoding: 'float32' }),
    )
    const { sides, encoding } = JSON.parse((await run([path, '--json'])).out)
    expect(encoding).toBe('float32')
    expect(sides[0].summary.pitch.medianHz / 200).toBeCloseTo(1, 1)
  })

  it.each([
    ['a file that is not there', [join(folder, 'none.wav')], /none\.wav does not exist; check the path/],
    ['a folder', [folder], /is a folder; name a WAV file in it/],
    ['nothing piped in', ['-'], /stdin: This is not a WAV/],
    ['a rate that is none', ['-', '--rate', 'fast'], /Give a rate in Hz of 8000–48000/],
    ['frames beyond the limits', [hello, '--frame-size', '9000'], /frameSize is 9000; give an integer of/],
    [
      'a file that cannot be written',
      [hello, '--csv', join(folder, 'no/such.csv')],
      /--csv .* cannot be written/,
    ],
    [
      'a picture that cannot be written',
      [hello, '--svg', join(folder, 'no/such.svg')],
      /--svg .* cannot be written/,
    ],
  ])('refuses %s with exit 2 and what to do', async (_, words, message) => {
    const { code, err } = await run(words)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('names what is no WAV, with exit 2', async () => {
    const path = kept('song.wav', new TextEncoder().encode('ID3 this is no WAV at all'))
    expect(await run([path])).toMatchObject({ code: 2, err: expect.stringContaining('This is MP3') })
    const empty = kept('empty.wav', writeWav({ sampleRate: 8_000, samples: new Int16Array(0) }))
    expect(await run([empty])).toMatchObject({ code: 2, err: expect.stringContaining('holds no sound') })
  })

  it('writes over no recording, under whatever name, and not two things to one file', async () => {
    const path = kept('precious.wav', writeWav({ sampleRate: 16_000, samples: voice(120, 300) }))
    const link = join(folder, 'link.wav')
    linkSync(path, link)
    const both = join(folder, 'both.out')
    const before = readFileSync(path)
    for (const words of [
      ['--csv', path],
      ['--svg', link],
      ['--csv', both, '--svg', both],
    ]) {
      expect(await run([path, ...words])).toMatchObject({
        code: 2,
        err: expect.stringContaining('would overwrite'),
      })
    }
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(await run([path, '--csv', '-'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--frames'),
    })
  })

  it('draws a picture that is well-formed, named and described, whatever the file is called', async () => {
    const path = kept(
      'a "tricky" <&> name.wav',
      writeWav({ sampleRate: 16_000, samples: [voice(120, 900), voice(240, 900)] }),
    )
    const svgFile = join(folder, 'picture.svg')
    expect((await run([path, '--svg', svgFile, '--unit', 'semitones'])).code).toBe(0)
    const svg = readFileSync(svgFile, 'utf8')
    expect(openTags(svg)).toEqual([])
    expect(svg).toContain(
      '<title id="prosody-title">Prosody of a &quot;tricky&quot; &lt;&amp;&gt; name.wav</title>',
    )
    expect(svg).toContain('Left channel: ')
    expect(svg).toContain('prefers-color-scheme:dark')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

/** Tags that are open at the end of a document, by a reader that knows nothing but nesting and quotes. */
function openTags(xml: string): string[] {
  const open: string[] = []
  const pattern = /<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9-]+="[^"<]*")*)\s*(\/?)>|<\?xml [^?]*\?>|[^<]+|</g
  for (const [whole, closing, name, , alone] of xml.matchAll(pattern)) {
    if (whole === '<') throw new Error('a < that begins no tag')
    if (name === undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/.test(whole)) throw new Error(`an & that names nothing: ${whole}`)
      continue
    }
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
    } else if (!alone) open.push(name)
  }
  return open
}
