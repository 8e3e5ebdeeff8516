import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type TurnId } from '@parley/core'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from './config/environment.js'
import { resolveConfig } from './config/resolve.js'
import { createLifecycle } from './lifecycle.js'
import { type Attached, type ServerParts, serve } from './serve.js'

const log = pino({ level: 'silent' })
const silent: Attached = { activeSessions: () => 2, drain: async () => undefined, notices: ['no voice'] }

async function start(env: NodeJS.ProcessEnv, attach = async (_parts: ServerParts) => silent) {
  const { config } = resolveConfig(readEnvironment({ PORT: '0', ...env }, '/nonexistent'))
  const lifecycle = createLifecycle({ log, clock: systemClock, deadlineMs: 20_000 })
  try {
    const serving = await serve({ config, clock: systemClock, log, lifecycle, version: '1', attach })
    return { ...serving, lifecycle }
  } catch (error) {
    await lifecycle.stop('failed')
    throw error
  }
}

/** An empty database, made once by `npm test`; without it each gateway makes its own. */
const madeDatabase = process.env.PARLEY_TEST_DATABASE

function dataDir(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'parley-serve-')), 'data')
  if (madeDatabase !== undefined) cpSync(madeDatabase, folder, { recursive: true })
  return folder
}

describe('a server', () => {
  it('is ready with an embedded database and counts the conversations of its edges', async () => {
    const { urls, lifecycle, parts, getStatus } = await start({ PARLEY_DATA_DIR: dataDir() })
    const ask = async (path: string) => (await fetch(urls[0] + path)).json()
    expect(await ask('/ready')).toEqual({ ready: true, reasons: [] })
    expect(await ask('/health')).toMatchObject({ status: 'ok', activeCalls: 2 })
    expect(await ask('/api/voice/health')).toMatchObject({
      status: 'healthy',
      checks: { database: 'healthy', voice_services: 'healthy', redis: 'not_configured' },
    })
    expect(await ask('/api/sessions')).toEqual({ sessions: [] })
    const tap = parts.metrics.sessionTap('acme')
    const turn = 'trn_1' as TurnId
    tap.event?.({ kind: 'speech-started', turn, mediaMs: 1_000, atMs: 1_000 })
    tap.event?.({ kind: 'transcript-partial', turn, text: 'hel', atMs: 1_120 })
    const none = { avgFirstTokenLatency: 0, avgBargeInLatency: 0 }
    expect(getStatus()).toEqual({
      ...{ isRunning: true, activeSessions: 2, performance: { ...none, avgPartialLatency: 120 } },
    })
    expect(await lifecycle.stop('test')).toBe(0)
    expect(getStatus().isRunning).toBe(false)
    await expect(fetch(`${urls[0]}/health`)).rejects.toThrow()
  })

  it('turns newcomers away before it lets conversations drain, and stops serving after', async () => {
    const order: string[] = []
    let url = ''
    const { urls, lifecycle } = await start({ PARLEY_DATA_DIR: dataDir() }, async () => ({
      ...silent,
      async drain() {
        const { status } = await fetch(`${url}/ready`)
        order.push(`draining, ready says ${status}`)
      },
    }))
    url = urls[0] ?? ''
    lifecycle.onStop('first', () => void order.push('told to stop'))
    expect(await lifecycle.stop('test')).toBe(0)
    expect(order).toEqual(['told to stop', 'draining, ready says 503'])
  })

  it('ends conversations that do not drain in time', async () => {
    let aborted = false
    const { lifecycle } = await start({ PARLEY_DATA_DIR: dataDir(), PARLEY_DRAIN_MS: '1' }, async () => ({
      ...silent,
      drain: signal =>
        new Promise(resolve => {
          signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          })
        }),
    }))
    expect(await lifecycle.stop('test')).toBe(0)
    expect(aborted).toBe(true)
  })

  it('that cannot have its port lets go of the data folder', async () => {
    const folder = dataDir()
    const first = await start({ PARLEY_DATA_DIR: dataDir() })
    const port = new URL(first.urls[0] ?? '').port
    await expect(start({ PARLEY_DATA_DIR: folder, PORT: port })).rejects.toMatchObject({
      code: 'port_in_use',
    })
    const second = await start({ PARLEY_DATA_DIR: folder })
    await Promise.all([first.lifecycle.stop('test'), second.lifecycle.stop('test')])
  })

  it('refuses a data folder that another holds', async () => {
    const folder = dataDir()
    const first = await start({ PARLEY_DATA_DIR: folder })
    await expect(start({ PARLEY_DATA_DIR: folder })).rejects.toMatchObject({ code: 'store_locked' })
    await first.lifecycle.stop('test')
  })
})
