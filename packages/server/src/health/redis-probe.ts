import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ParleyError } from '@parley/core'
import type { Probe } from './check.js'

/**
 * Asks a Redis server for a PONG over a connection of its own. Two commands of its wire protocol are all it takes; a
 * client library comes with the parts that keep data there.
 */
export function redisProbe(url: string): Probe {
  return signal => ping(new URL(url), signal)
}

function ping(url: URL, signal: AbortSignal): Promise<void> {
  const { hostname: host, protocol } = url
  const port = Number(url.port || 6379)
  return new Promise((resolve, reject) => {
    const socket =
      protocol === 'rediss:' ? connectTls({ host, port, servername: host }) : connectPlain({ host, port })
    let answer = ''
    const end = (error?: ParleyError) => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    const onAbort = () => end(failed(`${host}:${port} gives no answer`))
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', cause => end(failed(`${host}:${port} cannot be reached (${cause.message})`, cause)))
    socket.on('close', () => end(failed(`${host}:${port} hung up`)))
    socket.on('data', data => {
      answer += data.toString('latin1')
      if (answer.includes('+PONG')) end()
      else if (/^-/m.test(answer)) end(failed(refusal(answer)))
    })
    socket.write(commandsFor(url))
  })
}

function commandsFor(url: URL): string {
  const { username, password } = url
  const login = [username, password].filter(each => each !== '').map(decodeURIComponent)
  return `${login.length === 0 ? '' : command(['AUTH', ...login])}${command(['PING'])}`
}

function command(words: readonly string[]): string {
  const parts = words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}

/** The server's first word only; the rest of its sentence may quote what it was sent. */
function refusal(answer: string): string {
  const code = /^-([A-Z]+)/m.exec(answer)?.[1] ?? 'ERR'
  return code === 'WRONGPASS' || code === 'NOAUTH'
    ? 'Redis refuses the password of REDIS_URL'
    : `Redis says ${code}`
}

function failed(message: string, cause?: unknown): ParleyError {
  return new ParleyError('store_unavailable', message, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
