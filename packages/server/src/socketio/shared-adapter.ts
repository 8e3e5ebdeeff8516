/**
 * What makes the Socket.IO edges of several nodes one: the streams adapter on Redis. It carries what goes to rooms; what
 * goes to one socket of this node, sound above all, stays on this node.
 */
import { openRedis } from '@parley/platform'
import { RECOVERY_EVENT, type SocketioAdapter } from '@parley/transports'
import type { ServerParts } from '../serve.js'

export interface SharedAdapter {
  readonly adapter: SocketioAdapter
  /** How long a socket that was lost may come back as itself, ms. */
  readonly recoverMs: number
}

/** As adapters have it. */
type Broadcast = (
  packet: { readonly data: readonly unknown[] },
  options: { readonly rooms: ReadonlySet<string>; readonly flags?: object },
) => unknown

export async function openSharedAdapter({
  config,
  log,
  lifecycle,
}: Pick<ServerParts, 'config' | 'log' | 'lifecycle'>): Promise<SharedAdapter | undefined> {
  const { redisEnabled, redisUrl, resumeWindowMs } = config
  if (!redisEnabled || redisUrl === undefined) return undefined
  const redis = await openRedis({
    url: redisUrl,
    waits: true,
    warn: error => log.warn({ code: error.code }, `socket.io: ${error.message}`),
  })
  lifecycle.onStop('socket.io redis', () => redis.disconnect())
  // Not loaded without Redis.
  const { createAdapter } = await import('@socket.io/redis-streams-adapter')
  const create = createAdapter(redis, {
    streamName: 'parley:socket.io',
    sessionKeyPrefix: 'parley:sio:session:',
  })
  // biome-ignore lint/complexity/useArrowFunction: Socket.IO calls it with `new`
  const adapter = function (...values: Parameters<typeof create>) {
    const made = create(...values)
    const spread: Broadcast = made.broadcast.bind(made) as Broadcast
    const keepHere: Broadcast = (packet, options) => {
      const [room] = options.rooms
      const isOurs =
        options.rooms.size === 1 &&
        room !== undefined &&
        made.sids.has(room) &&
        packet.data[0] !== RECOVERY_EVENT
      return spread(packet, isOurs ? { ...options, flags: { ...options.flags, local: true } } : options)
    }
    made.broadcast = keepHere as typeof made.broadcast
    return made
  }
  return { adapter: adapter as unknown as SocketioAdapter, recoverMs: Math.max(1_000, resumeWindowMs) }
}
