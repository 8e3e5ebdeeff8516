import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/**
 * The web console at `/`. Its files are named by their content and kept for ever, except the page itself. Without a
 * built console `/` says how to build it.
 */

const WORKLET = 'audio-worklet-processor.js'
const YEAR_SECONDS = 31_536_000

/** The folder of the built console, or `undefined` when it is not built. */
export function findConsole(): string | undefined {
  try {
    const home = dirname(fileURLToPath(import.meta.resolve('@parley/console/package.json')))
    const folder = join(home, 'dist')
    return existsSync(join(folder, 'index.html')) ? folder : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

export interface ConsoleOptions {
  /** As `findConsole` says. */
  readonly folder: string | undefined
  /** The audio program says what it holds. */
  readonly workletDebug: boolean
}

export async function serveConsole(
  app: FastifyInstance,
  { folder, workletDebug }: ConsoleOptions,
): Promise<void> {
  if (folder === undefined) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.code(503).type('text/html; charset=utf-8').send(missingPage),
    )
    return
  }
  if (workletDebug) serveMarkedWorklet(app, join(folder, WORKLET))
  await app.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    schemaHide: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(fileHeaders(relative(folder, path))))
        response.setHeader(name, value)
    },
  })
}

const workletHeaders = {
  'cache-control': `public, max-age=${YEAR_SECONDS}`,
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
}

/** Not to be kept: it would go on talking after the setting is gone. */
function serveMarkedWorklet(app: FastifyInstance, file: string): void {
  app.get(`/${WORKLET}`, { schema: { hide: true } }, async (_request, reply) => {
    const program = await readFile(file, 'utf8')
    return reply
      .headers({ ...workletHeaders, 'cache-control': 'no-store' })
      .type('application/javascript; charset=utf-8')
      .send(`globalThis.AUDIO_WORKLET_DEBUG = true\n${program}`)
  })
}

/** @param path within the console's folder */
function fileHeaders(path: string): Readonly<Record<string, string>> {
  if (path.endsWith(WORKLET)) return workletHeaders
  const named = ['assets', 'page'].includes(dirname(path))
  return { 'cache-control': named ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache' }
}

const missingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley</title>
<body>
<h1>Parley is running</h1>
<p>The web console is not built. Build it with <code>npm run build</code> and start the gateway again.</p>
<p>Meanwhile: <a href="/health">/health</a>, <a href="/metrics">/metrics</a>, <a href="/openapi.json">/openapi.json</a>,
and <code>parley talk file.wav</code> in a terminal.</p>
</body>
</html>
`
