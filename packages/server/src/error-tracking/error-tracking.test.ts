import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createLog } from '../log/log.js'
import { createHandClock } from '../testing/hand-clock.js'
import { createErrorTracking } from './error-tracking.js'
import { readSentryDsn, type SentryDsn } from './sentry-dsn.js'
import type { SentryEvent } from './sentry-event.js'

interface Posted {
  readonly url: string
  readonly auth: string | null
  readonly event: SentryEvent
}

/** An error tracker that answers as it is told; without an answer it is silent. */
function rig(answer: () => Response | undefined = () => new Response('{}')) {
  const clock = createHandClock()
  const posted: Posted[] = []
  const warnings: string[] = []
  let nextId = 1
  const tracking = createErrorTracking({
    ...{ clock, version: '1.2.3', environment: 'staging', warn: sentence => warnings.push(sentence) },
    dsn: readSentryDsn('https://abc@errors.example/sub/7') as SentryDsn,
    newId: () => String(nextId++).padStart(32, '0'),
    fetch(url, init) {
      const [, , item = ''] = String(init?.body).split('\n')
      const auth = new Headers(init?.headers).get('x-sentry-auth')
      posted.push({ url: String(url), auth, event: JSON.parse(item) })
      const given = answer()
      if (given !== undefined) return Promise.resolve(given)
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    },
  })
  const log = createLog({
    config: { logLevel: 'info', debug: false, logFormat: 'json', jwtSecret: 'a secret of the gateway' },
    ...{ out: { write() {} }, err: { write() {} }, onError: tracking.take },
  })
  const settled = () => clock.advance(0)
  return { clock, posted, warnings, tracking, log, settled }
}

const open = () => new AbortController().signal

describe('an address of a project', () => {
  it('names where envelopes go, and whose they are', () => {
    expect(readSentryDsn('https://abc@errors.example/sub/7')).toEqual({
      url: 'https://errors.example/sub/api/7/envelope/',
      key: 'abc',
    })
    expect(readSentryDsn('http://abc:old@127.0.0.1:9000/1')?.url).toBe(
      'http://127.0.0.1:9000/api/1/envelope/',
    )
  })

  it.each([
    '',
    'abc',
    'https://errors.example/7',
    'https://abc@errors.example/',
    'ftp://abc@errors.example/7',
  ])('is not %j', text => expect(readSentryDsn(text)).toBeUndefined())
})

describe('an error in the log', () => {
  it('reaches the tracker with its stack, its code and whose release it is of', async () => {
    const { log, posted, settled } = rig()
    log.error({ err: new ParleyError('store_full'), part: 'journal' }, 'a row was lost')
    log.fatal({ err: new TypeError('oops') }, 'the process ends')
    await settled()
    const [expected, fault] = posted
    expect(expected).toMatchObject({
      url: 'https://errors.example/sub/api/7/envelope/',
      auth: 'Sentry sentry_version=7, sentry_client=parley/1.2.3, sentry_key=abc',
      event: {
        ...{ level: 'error', platform: 'node', release: 'parley@1.2.3', environment: 'staging' },
        ...{ tags: { code: 'store_full' }, extra: { part: 'journal' } },
        logentry: { formatted: 'a row was lost' },
      },
    })
    const [error] = fault?.event.exception?.values ?? []
    expect(fault?.event.level).toBe('fatal')
    expect(error).toMatchObject({ type: 'TypeError', value: 'oops' })
    expect(error?.stacktrace?.frames.at(-1)?.filename).toContain('error-tracking.test')
  })

  it('brings no secret and no address of a person, and warnings stay here', async () => {
    const { log, posted, settled } = rig()
    log.warn('careful')
    log.error({ client: '203.0.113.9', err: new Error('with a secret of the gateway') }, 'bad')
    await settled()
    expect(posted).toHaveLength(1)
    expect(JSON.stringify(posted)).not.toMatch(/203\.0\.113\.9|a secret of/)
  })

  it('that comes over and over is sent ten times at once and then once in six seconds', async () => {
    const { log, posted, clock, settled } = rig()
    for (let count = 0; count < 50; count++) log.error('again')
    await settled()
    expect(posted).toHaveLength(10)
    expect(posted.filter(({ event }) => 'errors_not_sent' in event.extra)).toMatchObject([
      { event: { extra: { errors_not_sent: 40 } } },
    ])
    await clock.advance(6_000)
    log.error('again')
    log.error('again')
    await settled()
    expect(posted).toHaveLength(11)
  })
})

describe('a tracker that takes no more', () => {
  it('is left alone as long as it asks, and warned of once', async () => {
    const full = () => new Response('', { status: 429, headers: { 'retry-after': '120' } })
    const { log, posted, warnings, clock, settled } = rig(full)
    for (let count = 0; count < 3; count++) {
      log.error('again')
      await settled()
      await clock.advance(59_000)
    }
    expect([posted.length, warnings.length]).toEqual([1, 1])
    await clock.advance(60_000)
    log.error('again')
    await settled()
    expect([posted.length, warnings.length]).toEqual([2, 1])
  })

  it('and is silent is given up after five seconds', async () => {
    const { log, warnings, clock } = rig(() => undefined)
    log.error('bad')
    await clock.advance(5_000)
    expect(warnings).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})

describe('the end', () => {
  it('waits for what is on its way', async () => {
    const { log, posted, tracking } = rig()
    log.error('the last word')
    await tracking.close(open())
    expect(posted).toHaveLength(1)
    log.error('too late')
    await tracking.close(open())
    expect(posted).toHaveLength(1)
  })

  it('waits no longer than two seconds', async () => {
    const { log, tracking, clock, warnings } = rig(() => undefined)
    log.error('the last word')
    const closed = tracking.close(open())
    await clock.advance(2_000)
    await closed
    expect([clock.pending, warnings.length]).toEqual([0, 0])
  })
})
