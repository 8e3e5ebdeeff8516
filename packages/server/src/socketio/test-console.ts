/** The test console at `/test-socket.html`: plain files that need no build. */
import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsync } from 'fastify'

const folder = new URL('../../assets/test-console/', import.meta.url)

const files = [
  ['test-socket.html', 'text/html; charset=utf-8'],
  ['test-socket.js', 'text/javascript; charset=utf-8'],
  ['test-socket-log.js', 'text/javascript; charset=utf-8'],
  ['test-socket-words.js', 'text/javascript; charset=utf-8'],
  ['test-socket.css', 'text/css; charset=utf-8'],
] as const

export const testConsole: FastifyPluginAsync = async app => {
  for (const [name, type] of files) {
    const text = await readFile(new URL(name, folder), 'utf8')
    app.get(`/${name}`, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(text),
    )
  }
}
