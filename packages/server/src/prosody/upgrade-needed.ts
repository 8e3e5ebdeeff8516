import type { FastifyPluginAsync } from 'fastify'
import type { Log } from '../log/log.js'

/**
 * A plain request for the path of the socket: nearly always a proxy that lost the upgrade on the way. It is told and
 * logged, since the client only sees that it does not connect.
 */
export function upgradeNeeded(path: string, log: Log): FastifyPluginAsync {
  return async app => {
    // The page is a help and gives way to a page that somebody has put there.
    if (app.hasRoute({ method: 'GET', url: path })) return
    app.get(path, { schema: { hide: true } }, async (request, reply) => {
      log.warn(
        { client: request.ip, path },
        'socket refused: no WebSocket upgrade came; a proxy in front must pass `Upgrade` and `Connection` on',
      )
      const message =
        'This path is a WebSocket. A proxy in front must pass the headers `Upgrade` and `Connection` on.'
      return reply
        .code(426)
        .header('upgrade', 'websocket')
        .send({ error: { code: 'bad_message', message } })
    })
  }
}
