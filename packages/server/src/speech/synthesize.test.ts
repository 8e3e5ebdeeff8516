import { connect } from 'node:net'
import { readWav } from '@parley/audio'
import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { rawRequest, rigSecret, tokenFor } from '../testing/gateway-rig.js'
import { createHandClock } from '../testing/hand-clock.js'
import { UNREAD_MS } from './reading-watch.js'
import { scriptedVoice } from './scripted-voice.test-kit.js'
import { post, type SpeechRig, type SpeechRigOptions, startSpeech } from './speech-rig.test-kit.js'

let rig: SpeechRig | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

async function start(options: Partial<SpeechRigOptions> = {}) {
  rig = await startSpeech({ voices: [scriptedVoice()], ...options })
  const { url } = rig
  return {
    rig,
    say: (body: unknown, init?: RequestInit, query = '') =>
      post(`${url}/api/tts/synthesize${query}`, body, init),
  }
}

/** A word for each tenth of a second: sound is let pass in whole words. */
const counted = 'One two three four five six seven eight nine ten.'

const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise(resolve => setImmediate(resolve))
}
const errorsOf = (answer: { json(): Record<string, unknown> }) =>
  (answer.json().errors as { path: string }[]).map(({ path }) => path)

describe('a text', () => {
  it('is answered with the three fields and nothing else, as a WAV of PCM16 at 16 kHz', async () => {
    const { say } = await start({ voices: [scriptedVoice({ sampleRate: 22_050 })] })
    const { status, json, headers } = await say({ text: 'Hello.', emotion: 'neutral' })
    expect(status).toBe(200)
    expect(json()).toEqual({ audio: expect.any(String), format: 'LINEAR16', sampleRate: 16_000 })
    const wav = readWav(Buffer.from(json().audio as string, 'base64'))
    expect(wav).toMatchObject({ sampleRate: 16_000 })
    expect(wav.samples).toHaveLength(16_000)
    expect(Math.max(...wav.samples)).toBeGreaterThan(7_000)
    expect([headers.get('x-voice'), headers.get('cache-control')]).toEqual(['scripted', 'no-store'])
  })

  it('comes without a header, at another rate, with words and visemes where that is asked', async () => {
    const { say } = await start()
    const wanted = { text: 'Hello.', container: 'none', sampleRate: 24_000, visemes: true }
    const answer = (await say(wanted)).json()
    expect(Buffer.from(answer.audio as string, 'base64')).toHaveLength(48_000)
    expect(answer).toMatchObject({
      ...{ container: 'none', sampleRate: 24_000, words: ['Hello.'], wtimes: [0], wdurations: [1_000] },
      ...{ visemes: ['aa'], vtimes: [0], vdurations: [100] },
    })
    const again = (await say(wanted)).json()
    expect(again).toEqual(answer)
  })

  it('has shapes of the mouth also from a voice that tells only words, or nothing', async () => {
    for (const tells of ['words', 'nothing'] as const) {
      const { say } = await start({ voices: [scriptedVoice({ tells })] })
      const { visemes, vtimes, vdurations, words } = (await say({ text: 'Mama.', visemes: true })).json()
      expect(words).toEqual(tells === 'words' ? ['Mama.'] : [])
      const [shapes, starts, lengths] = [visemes, vtimes, vdurations] as [string[], number[], number[]]
      expect(shapes.filter(shape => shape !== 'sil').length).toBeGreaterThan(0)
      expect([starts.length, lengths.length]).toEqual([shapes.length, shapes.length])
      expect((starts.at(-1) ?? 0) + (lengths.at(-1) ?? 0)).toBeLessThan(1_001)
      await rig?.stop()
    }
  })

  it('that breaks rules is refused with all of them at once', async () => {
    const voice = scriptedVoice()
    const { rig, say } = await start({ voices: [voice] })
    const long = 'x'.repeat(5_001)
    const everything = await say({
      text: long,
      emotion: 'sad',
      speed: 9,
      sampleRate: 1,
      voice: '',
      language: '?',
    })
    expect(everything.status).toBe(400)
    expect(errorsOf(everything)).toEqual(['text', 'emotion', 'language', 'voice', 'speed', 'sampleRate'])
    expect(errorsOf(await say({}))).toEqual(['text'])
    expect(errorsOf(await say({ text: 5 }))).toEqual(['text'])
    expect(errorsOf(await say({ text: '', emotion: null }))).toEqual(['text', 'emotion'])
    expect(errorsOf(await say({ text: ' \u0000\u0007\n' }))).toEqual(['text'])
    for (const voice of ['bob', 'scripted/..', '../x', 'a/b/c'])
      expect(errorsOf(await say({ text: 'x', voice }))).toEqual(['voice'])
    expect(errorsOf(await say([1]))).toEqual([''])
    expect(errorsOf(await say('null'))).toEqual([''])
    expect(errorsOf(await say('{"text":'))).toEqual([''])
    expect(errorsOf(await say(''))).toEqual([''])
    expect(errorsOf(await say('text=x', { headers: { 'content-type': 'text/plain' } }))).toEqual([
      'content-type',
    ])
    expect(errorsOf(await say({ text: 'x' }, {}, '?format=mp3&stream=maybe'))).toEqual(['format', 'stream'])
    expect(errorsOf(await say({ text: 'x'.repeat(200_000) }))).toEqual(['text'])
    expect(voice.asked).toEqual([])
    expect(await rig.metric('tts_synthesis_requests_total{result="invalid",voice=""}')).toBe('16')
  })

  it('may have 5,000 characters of any plane, and what no voice takes is left out', async () => {
    const voice = scriptedVoice()
    const { say } = await start({ voices: [voice] })
    const widest = `a${'😀'.repeat(4_999)}`
    const escaped = JSON.stringify({ text: widest }).replace(
      /[^\x20-\x7e]/g,
      unit => `\\u${unit.charCodeAt(0).toString(16)}`,
    )
    expect((await say(escaped)).status).toBe(200)
    expect((await say('{"text":"cut \\ud83d, ring \\u0007, odd \\uffff"}')).status).toBe(200)
    expect((await say({ text: '</speak><break time="9s"/> -voice x' })).status).toBe(200)
    expect(voice.asked).toEqual([widest, 'cut  , ring  , odd  ', '</speak><break time="9s"/> -voice x'])
  })

  it('of any shape is answered or refused, and never a fault', async () => {
    const { say } = await start({ env: { TTS_RATE_LIMIT_MAX: '1000' } })
    const bodies = fc.oneof(
      fc.json(),
      fc
        .record({ text: fc.string({ unit: 'binary' }), emotion: fc.constantFrom('low', 'high', 1) })
        .map(body => JSON.stringify(body)),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async body => {
        const { status, json } = await say(body)
        expect([200, 400]).toContain(status)
        expect(json()).toBeTypeOf('object')
      }),
      { numRuns: 12 },
    )
  })
})

describe('where no voice can serve', () => {
  const literal = (text: string) => ({ text, fallback: true, message: 'Using client-side TTS' })

  it('the client is told to speak by itself', async () => {
    const { rig, say } = await start({ voices: [] })
    const answer = await say({ text: 'Hello.', emotion: 'low' })
    expect([answer.status, answer.json()]).toEqual([200, literal('Hello.')])
    expect(rig.lines.join('')).not.toContain('no voice could serve')
    expect((await say({ text: 'Hello.' }, {}, '?stream=1')).status).toBe(503)
    expect(await rig.metric('tts_synthesis_requests_total{result="fallback",voice=""}')).toBe('1')
  })

  it('because all fail, the same, and what failed stays in the log', async () => {
    const fails = new ParleyError('provider_refused', 'The key is wrong.')
    const voices = [scriptedVoice({ name: 'one', fails }), scriptedVoice({ name: 'two', fails })]
    const { rig, say } = await start({ voices })
    expect((await say({ text: 'Hello.' })).json()).toEqual(literal('Hello.'))
    expect(rig.lines.join('')).toContain('The key is wrong.')
    expect(rig.lines.join('')).not.toContain('Hello.')
  })

  it('for the language, or for signs alone, the same', async () => {
    const { say } = await start()
    expect((await say({ text: 'Hallo.', language: 'de' })).json()).toEqual(literal('Hallo.'))
    expect((await say({ text: '😀 …' })).json()).toEqual(literal('😀 …'))
  })

  it('because as many are spoken as may be, the same', async () => {
    const voice = scriptedVoice({ held: true, pieces: 1 })
    const { say } = await start({ voices: [voice], env: { PARLEY_SPEECH_AT_ONCE: '1' } })
    const first = say({ text: 'One.' })
    await until(() => voice.asked.length === 1)
    expect((await say({ text: 'Two.' })).json()).toEqual(literal('Two.'))
    voice.release()
    expect((await first).json()).toMatchObject({ format: 'LINEAR16' })
  })

  it('is not when another voice takes over; what that said is not kept for the first', async () => {
    const [one, two] = [
      scriptedVoice({ name: 'one', fails: new ParleyError('voice_failed') }),
      scriptedVoice({ name: 'two' }),
    ]
    const { say } = await start({ voices: [one, two] })
    for (let time = 0; time < 2; time++) {
      const { headers } = await say({ text: 'Hello.' })
      expect([headers.get('x-voice'), headers.get('x-cache')]).toEqual(['two', 'miss'])
    }
  })
})

describe('the same text again', () => {
  it('is answered from memory, for the same tenant, feeling and voice alone', async () => {
    const voice = scriptedVoice()
    const { rig, say } = await start({ voices: [voice], env: { JWT_SECRET: rigSecret } })
    const cache = async (body: object, token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      return (await say({ text: 'Hello.', ...body }, { headers })).headers.get('x-cache')
    }
    const [acme, other] = await Promise.all([tokenFor('acme'), tokenFor('other')])
    expect(await cache({})).toBe('miss')
    expect(await cache({ emotion: 'neutral', sampleRate: 8_000 })).toBe('hit')
    expect(await cache({ emotion: 'high' })).toBe('miss')
    expect(await cache({ speed: 1.5 })).toBe('miss')
    expect(await cache({}, acme)).toBe('miss')
    expect(await cache({}, other)).toBe('miss')
    expect(await cache({}, acme)).toBe('hit')
    expect(voice.asked).toHaveLength(5)
    expect(await rig.metric('parley_speech_cache_total{source="hit"}')).toBe('2')
    expect(Number(await rig.metric('parley_speech_cache_bytes'))).toBeGreaterThan(5 * 32_000)
  })

  it('is dropped when memory is full, the least used first, and kept nowhere where there is none', async () => {
    const { say } = await start({ env: { PARLEY_SPEECH_CACHE_BYTES: '140000' } })
    const cache = async (text: string) => (await say({ text })).headers.get('x-cache')
    const asked = ['a', 'b', 'c', 'd', 'a', 'e', 'b', 'a']
    const found: (string | null)[] = []
    for (const text of asked) found.push(await cache(text))
    expect(found).toEqual(['miss', 'miss', 'miss', 'miss', 'hit', 'miss', 'miss', 'hit'])
    await rig?.stop()
    const none = await start({ env: { PARLEY_SPEECH_CACHE_BYTES: '0' } })
    for (let time = 0; time < 2; time++)
      expect((await none.say({ text: 'a' })).headers.get('x-cache')).toBe('miss')
  })

  it('asked twice at once is spoken once; one that goes away does not take it from the other', async () => {
    const voice = scriptedVoice({ held: true, pieces: 2 })
    const { rig, say } = await start({ voices: [voice] })
    const leaving = new AbortController()
    const first = say({ text: 'Hello.' }, { signal: leaving.signal })
    await until(() => voice.asked.length === 1)
    const second = say({ text: 'Hello.' })
    await until(async () => (await rig.metric('parley_speech_cache_total{source="shared"}')) === '1')
    leaving.abort()
    await expect(first).rejects.toThrow()
    await until(
      async () => (await rig.metric('tts_synthesis_requests_total{result="gone",voice=""}')) === '1',
    )
    voice.release()
    await until(async () => {
      voice.release()
      return (await rig.metric('parley_speech_active')) === '0'
    })
    const { headers, json } = await second
    expect([headers.get('x-cache'), json().format]).toEqual(['shared', 'LINEAR16'])
    expect([voice.asked.length, voice.stopped()]).toEqual([1, 0])
  })
})

describe('sound itself', () => {
  it('comes as it is made, and its voice stops when nobody hears it any more', async () => {
    const voice = scriptedVoice({ held: true })
    const { rig } = await start({ voices: [voice] })
    const leaving = new AbortController()
    const asked = fetch(`${rig.url}/api/tts/synthesize?stream=1`, {
      method: 'POST',
      body: JSON.stringify({ text: counted }),
      headers: { 'content-type': 'application/json' },
      signal: leaving.signal,
    })
    await until(() => voice.asked.length === 1)
    for (let time = 0; time < 2; time++) {
      await new Promise(resolve => setImmediate(resolve))
      voice.release()
    }
    const response = await asked
    expect(response.headers.get('content-type')).toBe('audio/wav')
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(
      Buffer.from(first?.value ?? [])
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF')
    expect(first?.value?.length).toBe(44 + 3_200)
    expect(voice.stopped()).toBe(0)
    leaving.abort()
    await until(() => voice.stopped() === 1)
    await until(
      async () => (await rig.metric('tts_synthesis_requests_total{result="gone",voice="scripted"}')) === '1',
    )
    expect(await rig.metric('parley_speech_active')).toBe('0')
  })

  it('is WAV, Ogg or samples, by the query or by what the client accepts, and whole where it is asked', async () => {
    const { rig, say } = await start()
    const form = async (query: string, accept = '*/*') => {
      const { headers, bytes } = await say({ text: 'Hello.' }, { headers: { accept } }, query)
      return [headers.get('content-type'), bytes.subarray(0, 4).toString(), bytes.length]
    }
    const wav = ['audio/wav', 'RIFF', 44 + 32_000]
    expect(await form('?stream=1')).toEqual(wav)
    expect(await form('', 'audio/wav')).toEqual(wav)
    expect(await form('?stream=0')).toEqual(wav)
    expect(await form('?format=pcm')).toEqual([
      'audio/pcm; rate=16000; channels=1',
      expect.any(String),
      32_000,
    ])
    expect(await form('', 'audio/ogg;q=0.9, */*')).toEqual([
      'audio/ogg; codecs=opus',
      'OggS',
      expect.any(Number),
    ])
    expect((await form('?format=json', 'audio/wav'))[0]).toMatch(/^application\/json/)
    expect((await form('', 'application/json, audio/wav'))[0]).toMatch(/^application\/json/)
    const whole = await say({ text: 'Hello.' }, {}, '?stream=0')
    expect(whole.headers.get('content-length')).toBe('32044')
    // What is known is told, also in a stream.
    for (const query of ['?stream=0', '?stream=1'])
      expect(readWav((await say({ text: 'Hello.' }, {}, query)).bytes).samples).toHaveLength(16_000)
    expect(await rig.metric('tts_synthesis_requests_total{result="spoken",voice="scripted"}')).toBe('10')
  })

  it('that cannot be made is refused; one that breaks off is cut, not ended', async () => {
    const voice = scriptedVoice({ held: true })
    const { rig, say } = await start({ voices: [voice] })
    const broken = say({ text: counted }, {}, '?stream=1')
    await until(() => voice.asked.length === 1)
    await until(async () => {
      voice.release()
      return (await rig.metric('parley_speech_first_sound_seconds_count')) === '1'
    })
    voice.fail(new ParleyError('provider_failed', 'It broke.'))
    await expect(broken).rejects.toThrow()
    await until(
      async () =>
        (await rig.metric('tts_synthesis_requests_total{result="failed",voice="scripted"}')) === '1',
    )
    const refused = await say({ text: 'Again.' }, {}, '?stream=1')
    expect([refused.status, refused.json()]).toMatchObject([502, { error: { code: 'provider_failed' } }])
  })

  it('is let go where the client does not read it', async () => {
    const clock = createHandClock()
    const voice = scriptedVoice({ pieces: 3_000 })
    const { rig } = await start({ voices: [voice], clock })
    const body = '{"text":"Hello."}'
    const socket = connect(rig.port, '127.0.0.1')
    socket.pause()
    socket.on('error', () => {})
    socket.write(
      `POST /api/tts/synthesize?stream=1 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await until(async () => {
      await clock.advance(UNREAD_MS)
      return voice.stopped() === 1
    })
    await until(
      async () => (await rig.metric('tts_synthesis_requests_total{result="gone",voice="scripted"}')) === '1',
    )
    socket.destroy()
  })
})

describe('the door', () => {
  it('lets each client ask as often as it may, told in words, before it looks at what is asked', async () => {
    const { rig, say } = await start({ env: { TTS_RATE_LIMIT_MAX: '2', JWT_SECRET: rigSecret } })
    expect((await say({ text: 'One.' })).status).toBe(200)
    expect((await say({})).status).toBe(400)
    const refused = await say({ text: 'Three.' })
    expect(refused.status).toBe(429)
    expect(refused.json()).toEqual({
      error: { code: 'rate_limited', message: 'Too many TTS requests, please try again later' },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(890)
    const headers = { authorization: `Bearer ${await tokenFor('acme')}` }
    expect((await say({ text: 'One.' }, { headers })).status).toBe(200)
    expect(await rig.metric('tts_synthesis_requests_total{result="limited",voice=""}')).toBe('1')
    const claimed = await rawRequest(
      rig.port,
      'POST /api/tts/synthesize HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n',
      'later"}}',
    )
    expect(claimed.status).toBe(429)
  })

  it('takes a hundred by default', async () => {
    const { say } = await start()
    const statuses = await Promise.all(Array.from({ length: 101 }, async () => (await say({})).status))
    expect(statuses.filter(status => status === 400)).toHaveLength(100)
    expect(statuses.filter(status => status === 429)).toHaveLength(1)
  })

  it('asks for a token with the right to talk where tokens are asked for, and lets listed pages in', async () => {
    const { rig, say } = await start({
      env: { PARLEY_AUTH_REQUIRED: 'true', JWT_SECRET: rigSecret, CORS_ORIGINS: 'https://a.example' },
    })
    expect((await say({ text: 'x' })).status).toBe(401)
    const reader = { authorization: `Bearer ${await tokenFor('acme', ['sessions:read'])}` }
    expect((await say({ text: 'x' }, { headers: reader })).status).toBe(403)
    const talker = {
      authorization: `Bearer ${await tokenFor('acme', ['talk'])}`,
      origin: 'https://a.example',
    }
    const spoken = await say({ text: 'x' }, { headers: talker })
    expect(spoken.headers.get('access-control-allow-origin')).toBe('https://a.example')
    expect(spoken.headers.get('access-control-expose-headers')).toContain('x-voice')
    expect((await say({ text: 'x' }, { headers: { ...talker, origin: 'https://b.example' } })).status).toBe(
      403,
    )
    expect((await fetch(`${rig.url}/api/tts/voices`)).status).toBe(401)
    const list = await (await fetch(`${rig.url}/api/tts/voices`, { headers: talker })).json()
    expect(list).toEqual({
      language: 'en',
      emotions: ['low', 'neutral', 'high', 'detached'],
      voices: [{ name: 'scripted', languages: ['en'], speakers: [], sampleRate: 16_000 }],
    })
  })
})

describe('a gateway that leaves', () => {
  it('says what is under way to its end, takes no more, and cuts what is late', async () => {
    const voice = scriptedVoice({ held: true, pieces: 1 })
    const { rig, say } = await start({ voices: [voice] })
    const first = say({ text: 'One.' })
    const second = say({ text: 'Two.' })
    await until(() => voice.asked.length === 2)
    const late = new AbortController()
    let isDrained = false
    const drained = rig.speech.drain(late.signal).then(() => {
      isDrained = true
    })
    const refused = await say({ text: 'Three.' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(isDrained).toBe(false)
    late.abort()
    await drained
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([503, 503])
    expect(voice.stopped()).toBe(2)
  })

  it('cuts also what a client reads too slowly, of sound and of JSON', async () => {
    const { rig } = await start({ voices: [scriptedVoice({ pieces: 4_000 })] })
    const socket = (query: string) => {
      const body = '{"text":"Hello."}'
      const opened = connect(rig.port, '127.0.0.1')
      opened.on('error', () => {})
      opened.pause()
      opened.write(
        `POST /api/tts/synthesize${query} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      )
      return opened
    }
    const sockets = [socket('?stream=1'), socket('')]
    const spoken = 'tts_synthesis_requests_total{result="spoken",voice="scripted"}'
    await until(async () => (await rig.metric(spoken)) === '1')
    const late = new AbortController()
    const drained = rig.speech.drain(late.signal)
    late.abort()
    await drained
    await until(
      async () => (await rig.metric('tts_synthesis_requests_total{result="gone",voice="scripted"}')) === '1',
    )
    for (const each of sockets) each.destroy()
  })
})

it('voices are made ready at the start where that is set, and one that cannot be is told', async () => {
  let warmed = 0
  const voice = (name: string, warm: () => Promise<void>) => ({ ...scriptedVoice({ name }), warm })
  const voices = [
    voice('one', async () => void warmed++),
    voice('two', () => Promise.reject(new ParleyError('voice_failed', 'It is cold.'))),
  ]
  await (await start({ voices })).rig.speech.warm()
  expect(warmed).toBe(0)
  await rig?.stop()
  const { rig: warm } = await start({ voices, env: { PARLEY_SPEECH_WARM: 'true' } })
  await warm.speech.warm()
  expect(warmed).toBe(1)
  expect(warm.lines.join('')).toContain('It is cold.')
})

it('the routes are told in the OpenAPI page', async () => {
  const { rig } = await start()
  const page = (await (await fetch(`${rig.url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { responses: Record<string, { content: object }>; requestBody: object } }>
  }
  const synthesize = page.paths['/api/tts/synthesize']?.post
  expect(Object.keys(synthesize?.responses['200']?.content ?? {})).toContain('audio/wav')
  expect(Object.keys(synthesize?.responses ?? {})).toEqual(['200', '400', '401', '403', '429', '503'])
  expect(JSON.stringify(synthesize?.requestBody)).toContain('detached')
  expect(page.paths['/v1/audio/speech']?.post).toBeDefined()
})
