import { ParleyError, systemClock } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPocketsphinx } from './find-pocketsphinx.js'
import { createPocketsphinx, type Pocketsphinx } from './pocketsphinx.js'
import {
  type Clip,
  eventLog,
  framesOf,
  grammarOf,
  handClock,
  hearAll,
  loadClips,
} from './speech-clips.test-kit.js'

let clips: readonly Clip[]
let stt: Pocketsphinx

beforeAll(async () => {
  const found = await findPocketsphinx()
  if (!found.available) throw new Error(`These tests need the recogniser. ${found.reason} ${found.cure}`)
  clips = await loadClips()
  // What it hears is tested here, not how soon on a busy machine.
  stt = createPocketsphinx({ processes: 2, finalTimeoutMs: 60_000 })
})
afterAll(() => stt.close())

function clip(id: string): Clip {
  const found = clips.find(each => each.id === id)
  if (found === undefined) throw new Error(`no clip ${id}`)
  return found
}

/** English clips whose words are known, said by people in an ordinary voice. */
function spoken(): (Clip & { transcript: string })[] {
  return clips.flatMap(each =>
    each.language === 'en' && each.kind === 'speech' && each.transcript !== undefined
      ? [{ ...each, transcript: each.transcript }]
      : [],
  )
}

const office = [
  'hello',
  'goodbye',
  'transfer',
  'one moment please',
  'thank you',
  "i'm sorry",
  'no',
  'yes please',
]

function open(grammar: string | undefined, on: Pocketsphinx = stt, language = 'en-US') {
  const log = eventLog()
  const stream = on.open({
    language,
    ...(grammar === undefined ? {} : { grammar }),
    clock: systemClock,
    onEvent: log.onEvent,
  })
  return { log, stream }
}

/** Says a clip as one utterance and waits for its end. */
async function say(each: Clip, grammar: string, on?: Pocketsphinx) {
  const { log, stream } = open(grammar, on)
  stream.begin(each.onsetMs)
  hearAll(stream, each.samples)
  stream.finish(each.offsetMs)
  await log.until('finished')
  stream.close()
  return log
}

async function inTurn<T, R>(all: readonly T[], run: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const each of all) results.push(await run(each))
  return results
}

describe('pocketsphinx on human speech', () => {
  it('hears what a grammar offers, with its place in the audio', async () => {
    const log = await say(clip('en-one-moment-please'), grammarOf(office))
    const [final] = log.of('final')
    expect(final).toMatchObject({ text: 'one moment please' })
    expect(final?.startMs).toBeGreaterThanOrEqual(0)
    expect(final?.startMs).toBeLessThan(300)
    expect(final?.endMs).toBeGreaterThan(1_200)
    expect(final?.endMs).toBeLessThanOrEqual(1_583 + 1)
    expect(final?.confidence).toBeGreaterThan(0.5)
    expect(log.of('error')).toEqual([])
  })

  it('hears nine of ten sentences of a grammar and takes none for another', async () => {
    const all = spoken()
    const grammar = grammarOf(all.map(({ transcript }) => transcript))
    const logs = await inTurn(all, each => say(each, grammar))
    const heard = logs.map(log => log.of('final').at(0)?.text)
    const right = heard.filter((text, index) => text === all[index]?.transcript)
    const wrong = heard.filter((text, index) => text !== undefined && text !== all[index]?.transcript)
    expect(wrong).toEqual([])
    expect(right.length).toBeGreaterThanOrEqual(Math.ceil(all.length * 0.9))
  })

  it('gives no final for speech outside the grammar, in any language', async () => {
    const grammar = grammarOf(office)
    const outside = clips.filter(
      each =>
        ['speech', 'backchannel', 'interrupt'].includes(each.kind) &&
        !office.includes(each.transcript ?? '') &&
        // Says "hello", without a transcript.
        each.id !== 'lk-hello',
    )
    expect(outside.length).toBeGreaterThan(30)
    const logs = await inTurn(outside, each => say(each, grammar))
    const taken = logs.flatMap((log, index) => log.of('final').map(({ text }) => [outside[index]?.id, text]))
    expect(taken.length).toBeLessThanOrEqual(1)
  }, 90_000)

  it('gives no final for coughs, clicks, tones and noise', async () => {
    const traps = clips.filter(({ kind }) => kind === 'trap' || kind === 'noise')
    const logs = await inTurn(traps, each => say(each, grammarOf(office)))
    expect(logs.flatMap(log => log.of('final'))).toEqual([])
    expect(logs.every(log => log.of('finished').length === 1)).toBe(true)
  })

  it('shows partials while the caller still speaks', async () => {
    const { log, stream } = open(grammarOf(spoken().map(({ transcript }) => transcript)))
    const { samples, onsetMs, offsetMs } = clip('en-privacy-prompt')
    stream.begin(onsetMs)
    hearAll(stream, samples)
    await log.until('partial')
    expect(log.of('final')).toEqual([])
    stream.finish(offsetMs)
    await log.until('finished')
    expect(log.of('final').map(({ text }) => text)).toEqual([clip('en-privacy-prompt').transcript])
    stream.close()
  })

  it('hears the onset that came before begin', async () => {
    const { log, stream } = open(grammarOf(office))
    const { samples, offsetMs } = clip('en-hello')
    const frames = [...framesOf(samples, 50_000)]
    for (const frame of frames.slice(0, 20)) stream.hear(frame)
    stream.begin(50_090)
    for (const frame of frames.slice(20)) stream.hear(frame)
    stream.finish(50_000 + offsetMs)
    await log.until('finished')
    expect(log.of('final').map(({ text }) => text)).toEqual(['hello'])
    expect(log.of('final').at(0)?.startMs).toBeGreaterThanOrEqual(50_000)
    stream.close()
  })

  it('hears a quiet caller as a loud one', async () => {
    const loud = clip('en-info-about-last-call')
    const quiet = { ...loud, samples: loud.samples.map(sample => Math.round(sample / 6)) }
    const grammar = grammarOf(spoken().map(({ transcript }) => transcript))
    for (const each of [loud, quiet]) {
      expect((await say(each, grammar)).of('final').map(({ text }) => text)).toEqual([loud.transcript])
    }
  })

  it('hears each utterance as if it were the first', async () => {
    const alone = (await say(clip('en-one-moment-please'), grammarOf(office))).of('final')
    const { log, stream } = open(grammarOf(office))
    let atMs = 0
    for (const id of ['jfk', 'en-one-moment-please']) {
      const { samples, onsetMs, offsetMs } = clip(id)
      stream.begin(atMs + onsetMs)
      hearAll(stream, samples, atMs)
      stream.finish(atMs + offsetMs)
      atMs += 20_000
    }
    await log.until('finished', 2)
    expect(log.of('final').at(-1)?.confidence).toBeCloseTo(alone.at(0)?.confidence ?? 0, 1)
    stream.close()
  })

  it('serves twenty callers at once on two processes', async () => {
    const { samples, onsetMs, offsetMs } = clip('en-one-moment-please')
    const callers = Array.from({ length: 20 }, () => open(grammarOf(office)))
    for (const { stream } of callers) stream.begin(onsetMs)
    for (const frame of framesOf(samples, 0)) for (const { stream } of callers) stream.hear(frame)
    for (const { stream } of callers) stream.finish(offsetMs)
    await Promise.all(callers.map(({ log }) => log.until('finished')))
    for (const { log, stream } of callers) {
      expect(log.of('final').map(({ text }) => text)).toEqual(['one moment please'])
      expect(log.of('error')).toEqual([])
      stream.close()
    }
  })
})

describe('pocketsphinx in trouble', () => {
  it('tells an utterance whose process is killed, ends it and hears the next', async () => {
    const own = createPocketsphinx({ processes: 1 })
    try {
      await say(clip('en-hello'), grammarOf(office), own)
      const { log, stream } = open(grammarOf(office), own)
      stream.begin(90)
      hearAll(stream, clip('en-hello').samples)
      const [pid] = own.pids()
      if (pid === undefined) throw new Error('no process')
      process.kill(pid, 'SIGKILL')
      await log.until('error')
      expect(log.of('error').at(0)?.error).toMatchObject({ code: 'recogniser_failed', retryable: true })
      stream.finish(685)
      await log.until('finished')
      expect(log.events.map(({ kind }) => kind)).toEqual(['error', 'finished'])
      hearAll(stream, clip('en-hello').samples, 5_000)
      stream.begin(5_090)
      stream.finish(5_685)
      await log.until('finished', 2)
      expect(log.of('final').map(({ text }) => text)).toEqual(['hello'])
      expect(own.pids()).not.toContain(pid)
    } finally {
      await own.close()
    }
  })

  it('ends what a hung process holds when the time is up, and replaces the process', async () => {
    const clock = handClock()
    const own = createPocketsphinx({ processes: 1, clock, finalTimeoutMs: 5_000 })
    try {
      await say(clip('en-hello'), grammarOf(office), own)
      const [pid] = own.pids()
      if (pid === undefined) throw new Error('no process')
      process.kill(pid, 'SIGSTOP')
      const { log, stream } = open(grammarOf(office), own)
      hearAll(stream, clip('en-hello').samples)
      stream.begin(90)
      stream.finish(685)
      clock.advance(4_999)
      expect(log.events).toEqual([])
      clock.advance(1)
      expect(log.events.map(event => (event.kind === 'error' ? event.error.code : event.kind))).toEqual([
        'timeout',
        'finished',
      ])
      await untilGone(pid)
      clock.advance(10_000)
      await expect(say(clip('en-hello'), grammarOf(office), own)).resolves.toBeDefined()
      expect(own.pids()).not.toContain(pid)
    } finally {
      await own.close()
    }
  })

  it('says that it does not start, and why, when there is no interpreter', async () => {
    const clock = handClock()
    const own = createPocketsphinx({ processes: 1, clock, python: '/nowhere/python3', finalTimeoutMs: 1_000 })
    const { log, stream } = open(grammarOf(office), own)
    stream.begin(0)
    hearAll(stream, clip('en-hello').samples)
    // The spawn fails in a later turn of the event loop.
    await expect(findPocketsphinx({ pythons: ['/nowhere/python3'] })).resolves.toMatchObject({
      available: false,
      reason: '/nowhere/python3: not found.',
      cure: expect.stringContaining('apt-get install'),
    })
    stream.finish(685)
    clock.advance(1_000)
    await log.until('finished')
    const [error] = log.of('error')
    expect(error?.error.code).toBe('recogniser_unavailable')
    expect(error?.error.message).toContain('ENOENT')
    await own.close()
  })

  it('can be closed in the same moment as it fails to start', async () => {
    const own = createPocketsphinx({ python: '/nowhere/python3' })
    await own.close()
    expect(own.pids()).toEqual([])
  })

  it('names the words it cannot pronounce, once, and still answers', async () => {
    const { log, stream } = open(grammarOf(['hello', 'call frobnitz', 'zorblax please']))
    await log.until('error')
    const error = log.of('error').at(0)?.error
    expect(error).toBeInstanceOf(ParleyError)
    expect(error).toMatchObject({ code: 'bad_grammar', details: { words: ['frobnitz', 'zorblax'] } })
    expect(error?.message).toContain('"frobnitz", "zorblax"')
    hearAll(stream, clip('en-hello').samples)
    stream.begin(90)
    stream.finish(685)
    await log.until('finished')
    expect(log.events.map(({ kind }) => kind)).toEqual(['error', 'finished'])
    const second = open(grammarOf(['hello', 'call frobnitz', 'zorblax please']))
    await second.log.until('error')
    expect(second.log.of('error').at(0)?.error.code).toBe('bad_grammar')
  })

  it('hears words whose pronunciation it is given', async () => {
    const own = createPocketsphinx({ processes: 1, pronunciations: { helo: ['HH AH L OW'] } })
    const log = await say(clip('en-hello'), grammarOf(['helo', 'transfer']), own)
    expect(log.of('final').map(({ text }) => text)).toEqual(['helo'])
    await own.close()
  })

  it.each([
    ['an open bracket', '#JSGF V1.0;\ngrammar g;\npublic <g> = hello (there;\n'],
    ['no public rule', '#JSGF V1.0;\ngrammar g;\n<g> = hello;\n'],
    ['nothing', ''],
  ])('refuses a grammar with %s and goes on serving others', async (_, grammar) => {
    const { log } = open(grammar)
    await log.until('error')
    expect(log.of('error').at(0)?.error.code).toBe('bad_grammar')
    const good = await say(clip('en-hello'), grammarOf(office))
    expect(good.of('final').map(({ text }) => text)).toEqual(['hello'])
  })

  it.each([
    ['free speech', undefined, 'en', 'bad_grammar'],
    ['Spanish', grammarOf(['hola']), 'es-MX', 'recogniser_unavailable'],
  ])('declines %s and answers every finish', async (_, grammar, language, code) => {
    const { log, stream } = open(grammar, stt, language)
    stream.begin(0)
    stream.finish(10)
    await log.until('error')
    expect(log.of('error').map(({ error }) => error.code)).toEqual([code])
    expect(log.of('finished')).toEqual([{ kind: 'finished', atMs: 10 }])
  })

  it('refuses an utterance over the queue, by name, and hears the others', async () => {
    const own = createPocketsphinx({ processes: 1, utterancesPerProcess: 1, queuedUtterances: 1 })
    const callers = Array.from({ length: 3 }, () => open(grammarOf(office), own))
    await say(clip('en-hello'), grammarOf(office), own)
    for (const { stream } of callers) {
      hearAll(stream, clip('en-hello').samples)
      stream.begin(90)
    }
    for (const { stream } of callers) stream.finish(685)
    await Promise.all(callers.map(({ log }) => log.until('finished')))
    const outcomes = callers.map(({ log }) =>
      log.of('error').length > 0 ? log.of('error').at(0)?.error.code : log.of('final').at(0)?.text,
    )
    expect(outcomes).toEqual(['hello', 'hello', 'overloaded'])
    await own.close()
  })

  it('cuts an utterance that never finishes at its longest length and says so', async () => {
    const own = createPocketsphinx({ processes: 1, longestUtteranceMs: 3_000 })
    const { log, stream } = open(grammarOf(['transfer']), own)
    stream.begin(0)
    hearAll(stream, clip('jfk').samples)
    await log.until('error')
    expect(log.of('error').map(({ error }) => error.code)).toEqual(['too_large'])
    expect(log.of('finished')).toEqual([])
    stream.finish(10_380)
    await log.until('finished')
    await own.close()
  })
})

describe('a stream of pocketsphinx', () => {
  it('answers finish without begin, and a second finish, each once and in order', async () => {
    const { log, stream } = open(grammarOf(office))
    stream.finish(5)
    hearAll(stream, clip('en-hello').samples)
    stream.begin(90)
    stream.finish(685)
    stream.finish(700)
    await log.until('finished', 3)
    expect(log.of('finished').map(({ atMs }) => atMs)).toEqual([5, 685, 700])
    expect(log.of('final')).toHaveLength(1)
    stream.close()
  })

  it('takes a second begin as the same utterance', async () => {
    const { log, stream } = open(grammarOf(office))
    stream.begin(90)
    hearAll(stream, clip('en-hello').samples)
    stream.begin(400)
    stream.finish(685)
    await log.until('finished')
    expect(log.of('final').map(({ text }) => text)).toEqual(['hello'])
    stream.close()
  })

  it('ends an utterance of no audio', async () => {
    const { log, stream } = open(grammarOf(office))
    stream.begin(0)
    stream.finish(0)
    await log.until('finished')
    expect(log.events.map(({ kind }) => kind)).toEqual(['finished'])
    stream.close()
  })

  it('gives the events of quick utterances in their order', async () => {
    const { log, stream } = open(grammarOf(office))
    const ids = ['en-one-moment-please', 'en-hello', 'en-pbx-transfer', 'en-vm-no']
    let atMs = 0
    for (const id of ids) {
      const { samples, onsetMs, offsetMs } = clip(id)
      stream.begin(atMs + onsetMs)
      hearAll(stream, samples, atMs)
      stream.finish(atMs + offsetMs)
      atMs += samples.length / 16
    }
    await log.until('finished', ids.length)
    expect(log.of('final').map(({ text }) => text)).toEqual(ids.map(id => clip(id).transcript))
    expect(log.of('final').map(({ startMs }) => startMs)).toEqual(
      log
        .of('final')
        .map(({ startMs }) => startMs)
        .sort((a, b) => a - b),
    )
    stream.close()
  })

  it('takes a hole in the audio for silence', async () => {
    const { log, stream } = open(grammarOf(office))
    const { samples, offsetMs } = clip('en-hello')
    stream.hear({ samples: new Int16Array(320), rate: 16_000, atMs: 0 })
    stream.begin(0)
    hearAll(stream, samples, 3_000)
    stream.finish(3_000 + offsetMs)
    await log.until('finished')
    expect(log.of('final').map(({ text }) => text)).toEqual(['hello'])
    expect(log.of('final').at(0)?.startMs).toBeGreaterThan(2_900)
    stream.close()
  })

  it('says once that the rate is wrong, and does not listen to it', async () => {
    const { log, stream } = open(grammarOf(office))
    for (let index = 0; index < 5; index++) {
      stream.hear({ samples: new Int16Array(160), rate: 8_000, atMs: index * 20 })
    }
    expect(log.of('error').map(({ error }) => error.code)).toEqual(['bad_audio'])
    stream.close()
  })

  it('is silent after close, also about what was being decoded', async () => {
    const { log, stream } = open(grammarOf(office))
    hearAll(stream, clip('en-hello').samples)
    stream.begin(90)
    stream.finish(685)
    stream.close()
    stream.close()
    stream.begin(0)
    stream.hear({ samples: new Int16Array(160), rate: 8_000, atMs: 0 })
    stream.finish(1)
    await say(clip('en-hello'), grammarOf(office))
    expect(log.events).toEqual([])
  })

  it('ends its processes on close and opens deaf streams after it', async () => {
    const own = createPocketsphinx({ processes: 2 })
    await say(clip('en-hello'), grammarOf(office), own)
    const pids = own.pids()
    await Promise.all([own.close(), own.close()])
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
    const { log, stream } = open(grammarOf(office), own)
    stream.finish(1)
    await log.until('error')
    expect(log.events.map(({ kind }) => kind)).toEqual(['finished', 'error'])
  })
})

/** Resolves when the process does not exist any more. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}
