import { ParleyError, type SessionId } from '@parley/core'
import type { Principal } from '@parley/platform'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { describe, expect, it } from 'vitest'
import { problemBody, problemOf } from '../http/problems.js'
import { loggedTalk } from './logged-talk.test-kit.js'
import { createPitchDesk } from './pitch-desk.js'
import type { RecordingFacts } from './playback-recordings.js'
import { playbackRoutes } from './playback-routes.js'

async function rig(facts?: RecordingFacts) {
  const logged = await loggedTalk({
    answer: () => ({ thinkMs: 100, paceMs: 10, words: [{ text: 'yes', ms: 300 }] }),
  })
  logged.talk.caller.type('hello')
  await logged.clock.advance(3_000)
  const mine = (key: { readonly tenant: string; readonly id: string }) =>
    key.tenant === 'acme' && key.id === 'ses_sim'
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((thrown, _request, reply) => {
    const { status, error } = problemOf(thrown)
    return reply.code(status).send(problemBody(error))
  })
  await app.register(
    playbackRoutes({
      store: {
        readSession: async key => (mine(key) ? logged.stored() : undefined),
        readEvents: async ({ fromSeq = 0, limit = 500, ...key }) =>
          mine(key) ? logged.entries.filter(({ seq }) => seq >= fromSeq).slice(0, limit) : [],
      },
      recordings: {
        find: async () => facts,
        open: async () => {
          throw new ParleyError('not_found')
        },
      },
      isRunning: () => false,
      guard: async ({ headers }, scope) => {
        if (headers.scope !== scope) throw new ParleyError('forbidden')
        return { tenant: String(headers.tenant ?? 'acme') } as Principal
      },
      pitch: createPitchDesk({ make: () => new Promise(() => {}) }),
      knock: async () => {},
      openShare: async secret => {
        if (secret !== 'open') throw new ParleyError('not_found')
        return { tenant: 'acme', id: 'ses_sim' as SessionId }
      },
    }),
  )
  return (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
}

const reads = { scope: 'sessions:read' }
const ready: RecordingFacts = { status: 'ready', consent: 'announced', offsetMs: 700, durationMs: 9_000 }

describe('the routes of playback', () => {
  it('answer a session of the own tenant, with where its recording stands', async () => {
    const ask = await rig(ready)
    const answer = await ask('/api/sessions/ses_sim/playback', reads)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toMatchObject({
      session: { id: 'ses_sim', agent: 'bank', state: 'ended' },
      recording: { state: 'ready', startMs: 700, errorMs: 0, durationMs: 9_000 },
      durationMs: 9_700,
      lines: [{ by: 'caller' }, { by: 'agent' }],
    })
  })

  it.each([
    ['/api/sessions/ses_sim/playback', {}, 403],
    ['/api/sessions/ses_sim/playback', { ...reads, tenant: 'other' }, 404],
    ['/api/sessions/ses_none/playback', reads, 404],
    ['/api/sessions/ses_sim/pitch', reads, 403],
    ['/api/shared/shut/playback', {}, 404],
    ['/api/shared/shut/pitch', {}, 404],
  ])('refuse %s with %j', async (url, headers, status) => {
    const ask = await rig(ready)
    expect((await ask(url, headers)).statusCode).toBe(status)
  })

  it('answer who has a link without a token and without ids', async () => {
    const ask = await rig()
    const answer = await ask('/api/shared/open/playback')
    expect(answer.json()).toMatchObject({ session: { agent: 'bank' }, recording: { state: 'none' } })
    expect(answer.body).not.toContain('ses_sim')
  })

  it('make the melody only of a recording that is there', async () => {
    const scope = { scope: 'recordings:read' }
    expect((await (await rig())('/api/sessions/ses_sim/pitch', scope)).statusCode).toBe(404)
    const gone = await rig({ ...ready, status: 'deleted' })
    expect((await gone('/api/sessions/ses_sim/pitch', scope)).statusCode).toBe(404)
    const ask = await rig(ready)
    expect((await ask('/api/sessions/ses_sim/pitch', scope)).json()).toEqual({ state: 'making', done: 0 })
    expect((await ask('/api/shared/open/pitch')).json()).toEqual({ state: 'making', done: 0 })
  })
})
