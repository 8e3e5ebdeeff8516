/**
 * The assistant's scripts under the names pages load them by. All lead to one file, which is built with the console: a page
 * that names six of them fetches it once, and what is there already is not put there again.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'
import type { FastifyPluginAsync } from 'fastify'
import { findConsole } from '../http/console-page.js'

const FILE = 'js/parley-assistant.js'

export const pageScripts = [
  'socket-client.js',
  'audio-stream-handler.js',
  'sandra-realtime-integration.js',
  'webrtc-client.js',
  'vad-handler.js',
  'avatar-sync.js',
] as const

const YEAR_SECONDS = 31_536_000

/** @param folder of the built console; undefined where it is not built */
export function pageScriptRoutes(folder: string | undefined = findConsole()): FastifyPluginAsync {
  return async app => {
    const code = await read(folder)
    const mark = createHash('sha256')
      .update(code ?? '')
      .digest('hex')
      .slice(0, 8)
    for (const name of pageScripts)
      app.get(`/js/${name}`, { schema: { hide: true } }, async (_request, reply) => {
        if (code === undefined) throw notBuilt()
        return reply.header('cache-control', 'no-cache').redirect(`parley-assistant.js?v=${mark}`, 302)
      })
    app.get(`/${FILE}`, { schema: { hide: true } }, async (_request, reply) => {
      if (code === undefined) throw notBuilt()
      return reply
        .type('text/javascript; charset=utf-8')
        .headers({
          'cache-control': `public, max-age=${YEAR_SECONDS}`,
          // For pages of other origins, also where those isolate themselves.
          'cross-origin-resource-policy': 'cross-origin',
        })
        .send(code)
    })
  }
}

async function read(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined
  try {
    return await readFile(join(folder, FILE), 'utf8')
  } catch {
    return undefined
  }
}

function notBuilt(): ParleyError {
  return new ParleyError('not_found', 'The scripts for pages are built with the console: `npm run build`.')
}
