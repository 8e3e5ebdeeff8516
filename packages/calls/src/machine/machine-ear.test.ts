import { readFileSync } from 'node:fs'
import { decodeUlaw, encodeUlaw, loadResampling, noise, readWav, sine } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { describe, expect, it } from 'vitest'
import { createMachineEar, type MachineNews } from './machine-ear.js'

const rate = 8_000
const fixtures = new URL('../../../../fixtures/audio/', import.meta.url)
const activity = await loadVoiceActivity()
const resampling = await loadResampling()

function load(file: string): Int16Array {
  const wav = readWav(readFileSync(new URL(file, fixtures)))
  if (wav.sampleRate === rate) return wav.samples
  const resampler = resampling.create({ fromRate: wav.sampleRate, toRate: rate })
  const samples = resampler.process(wav.samples).slice()
  resampler.close()
  return samples
}

const clip = (name: string): Int16Array => load(`clips/${name}.wav`)
const silent = (ms: number): Int16Array => new Int16Array((ms * rate) / 1000)
const tone = (hz: number, durationMs: number): Int16Array => sine({ rate, durationMs, hz, amplitude: 0.3 })

function join(...parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const add = (a: Int16Array, b: Int16Array): Int16Array => a.map((sample, i) => sample + (b[i] ?? 0))

/** What is said of the sound, in frames of 20 ms as a phone sends them. */
function hear(sound: Int16Array, words: readonly (readonly [number, string])[] = []): MachineNews[] {
  const detector = activity.open(rate)
  const ear = createMachineEar(detector)
  const samples = decodeUlaw(encodeUlaw(sound))
  const news: MachineNews[] = []
  const waiting = [...words]
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    news.push(...ear.hear({ samples: samples.subarray(at, at + 160), rate, atMs: at / 8 }))
    while (waiting[0] !== undefined && waiting[0][0] <= at / 8)
      news.push(...ear.words(waiting.shift()?.[1] ?? ''))
  }
  detector.close()
  return news
}

const told = (news: readonly MachineNews[]) =>
  news.map(each => (each.kind === 'verdict' ? each.answeredBy : each.kind))
const beeps = (sound: Int16Array) => hear(sound).filter(({ kind }) => kind === 'beep')
const greeting = join(silent(600), clip('es-vm-nobodyavail'), silent(400), clip('es-vm-leavemsg'))

describe('an ear for machines', () => {
  it.each(['en-hello', 'lk-hello', 'bc-hola-default-es', 'bc-yessir-default'])(
    'takes %s and a wait for a person',
    name => {
      expect(told(hear(join(silent(500), clip(name), silent(3_000))))).toEqual(['human'])
    },
  )

  it('takes a long greeting for a machine before it is over, and its beep for the end', () => {
    const news = hear(join(greeting, silent(700), tone(1_000, 400), silent(1_000)))
    expect(told(news)).toEqual(['machine', 'beep', 'greeting-end'])
    const endMs = (greeting.length * 1_000) / rate + 1_100
    expect(news[0]?.atMs).toBeLessThan(4_500)
    expect(Math.abs((news[2]?.atMs ?? 0) - endMs)).toBeLessThan(200)
  })

  it('ends a greeting without a beep by its silence', () => {
    const news = hear(join(greeting, silent(5_000)))
    expect(news.at(-1)).toMatchObject({ kind: 'greeting-end', by: 'silence' })
  })

  it('tells a beep that comes after the silence, too', () => {
    expect(told(hear(join(greeting, silent(4_000), tone(800, 300), silent(500))))).toEqual([
      'machine',
      'greeting-end',
      'beep',
    ])
  })

  it('says that nobody can tell when nobody speaks', () => {
    expect(told(hear(silent(8_000)))).toEqual(['unknown'])
  })

  it('hears a machine that only beeps', () => {
    expect(told(hear(join(silent(1_500), tone(1_400, 500), silent(500))))).toEqual([
      'machine',
      'beep',
      'greeting-end',
    ])
  })

  it('takes back that a person answered when a beep follows a short greeting', () => {
    const news = hear(join(silent(500), clip('en-hello'), silent(2_500), tone(950, 350), silent(500)))
    expect(told(news)).toEqual(['human', 'machine', 'beep', 'greeting-end'])
    expect(news[1]).toMatchObject({ revised: true, reason: 'beep' })
  })

  it('goes by words where there are some', () => {
    const sound = join(silent(500), clip('en-vm-nobodyavail'), silent(1_000))
    const [machine] = hear(sound, [[1_600, 'Hi, you have reached Bob']])
    expect(machine).toMatchObject({ answeredBy: 'machine', reason: 'machine-words' })
    const [human] = hear(join(silent(500), clip('en-hello'), silent(1_000)), [[1_300, '¿Quién es?']])
    expect(human).toMatchObject({ answeredBy: 'human' })
  })

  it.each([
    ['of Europe', [950, 1_400, 1_800], 330],
    ['of America', [985, 1_371, 1_777], 380],
  ] as const)('knows the three tones %s that precede an announcement', (_, hz, ms) => {
    const news = hear(join(silent(300), ...hz.map(each => tone(each, ms)), silent(300)))
    expect(news).toMatchObject([{ answeredBy: 'machine', reason: 'out-of-service' }])
  })

  it('knows a fax that answers, and one that calls', () => {
    expect(told(hear(join(silent(500), tone(2_100, 2_600))))).toEqual(['fax'])
    const calling = join(tone(1_100, 500), silent(3_000))
    expect(told(hear(join(silent(500), calling, calling)))).toEqual(['fax'])
  })
})

describe('a beep', () => {
  it.each([
    [420 + 40, 120],
    [620, 250],
    [1_000, 130],
    [1_850, 400],
    [2_300, 900],
  ])('of %i Hz and %i ms is heard in noise of −20 dB', (hz, ms) => {
    const before = join(silent(1_000), tone(hz, ms), silent(700))
    const bed = noise({ rate, durationMs: before.length / 8, amplitude: 0.03 })
    const [beep] = beeps(add(before, bed))
    expect(beep).toBeDefined()
    if (beep?.kind !== 'beep') return
    expect(Math.abs(beep.hz - hz)).toBeLessThan(15)
    expect(Math.abs(beep.startMs - 1_000)).toBeLessThan(40)
    expect(Math.abs(beep.endMs - 1_000 - ms)).toBeLessThan(40)
  })

  const pair = (a: number, b: number, ms: number) => add(tone(a, ms), tone(b, ms))
  it.each([
    ['a key', pair(770, 1_336, 200)],
    [
      'a key whose tones differ by 6 dB',
      add(
        tone(770, 200),
        tone(1_336, 200).map(each => each / 2),
      ),
    ],
    ['American ringing', pair(440, 480, 2_000)],
    ['British ringing', pair(400, 450, 400)],
    ['a dial tone', pair(350, 440, 1_500)],
    ['American busy', pair(480, 620, 500)],
    ['European busy', tone(425, 480)],
    ['a melody', join(...[523, 659, 784, 1_047].map(hz => tone(hz, 250)))],
    ['a click', tone(1_000, 40)],
  ])('is not %s', (_, sound) => {
    expect(beeps(join(silent(800), sound, silent(800)))).toEqual([])
  })

  it.each(['jfk', 'spacewalk', 'silero-test', 'es-vm-nobodyavail', 'en-vm-mismatch', 'forever-2'])(
    'is not in the speech of %s',
    name => {
      expect(beeps(join(silent(300), clip(name), silent(600)))).toEqual([])
    },
  )

  it.each(['music', 'babble', 'office', 'pink'])('is not in %s', name => {
    expect(beeps(load(`noise/${name}.wav`))).toEqual([])
  })
})
