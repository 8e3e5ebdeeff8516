/**
 * A connection to a server of tools (Model Context Protocol), made on demand and made again when the server died: by a
 * process of its own on stdio, or over streamable HTTP. The protocol's SDK is loaded with the first connection.
 */

import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Clock, fillAllSecrets, fillHeaders, ParleyError, type SecretOf } from '@parley/core'
import type { McpToolConfig } from './tool-config.js'

export interface McpWorld {
  readonly clock: Clock
  readonly fetch: typeof fetch
  readonly secretOf: SecretOf
  warn(error: ParleyError): void
}

/** A tool as its server tells of it. */
export type McpTool = Awaited<ReturnType<Client['listTools']>>['tools'][number]

export interface McpConnection {
  /** What the server has; what it last had while it is away. */
  readonly tools: readonly McpTool[]
  /** The server, connected if it is not; one connection however many ask. @throws ParleyError `tool_failed`. */
  client(): Promise<Client>
  /** This client is of no more use: the next one who asks gets another. */
  drop(client: Client): void
  close(): Promise<void>
}

/** Pages of a list of tools, and tools, that are read. */
const MAX_PAGES = 20
const MAX_TOOLS = 200
/** After a failure others are told of it, without a try of their own, for this long. */
const REST_MS = 1_000

/** @throws ParleyError `bad_config` naming a variable that is not set. */
export function mcpConnection(config: McpToolConfig, world: McpWorld): McpConnection {
  const open = opener(config, world)
  let tools: readonly McpTool[] = []
  let standing: Client | undefined
  let connecting: Promise<Client> | undefined
  let failure: { readonly error: ParleyError; readonly atMs: number } | undefined
  let closed = false

  async function connect(): Promise<Client> {
    const { Client: Maker } = await load(() => import('@modelcontextprotocol/sdk/client/index.js'))
    const client = new Maker(
      { name: 'parley', version: '1' },
      { listChanged: { tools: { onChanged: (_, listed) => listed && take(client, listed) } } },
    )
    const own = new AbortController()
    const cancel = world.clock.after(config.connectTimeoutMs, () => own.abort())
    try {
      const bounds = { signal: own.signal, timeout: config.connectTimeoutMs * 2 }
      await bySignal(
        own.signal,
        open().then(transport => client.connect(transport, bounds)),
      )
      tools = await bySignal(own.signal, allTools(client, bounds))
      if (closed) throw new ParleyError('tool_failed', 'The tools are closed.')
      client.onclose = () => drop(client)
      standing = client
      return client
    } catch (error) {
      client.close().catch(() => {})
      throw own.signal.aborted ? late() : unreachable(error)
    } finally {
      cancel()
    }
  }

  function take(client: Client, listed: readonly McpTool[]): void {
    if (client === standing) tools = listed.slice(0, MAX_TOOLS)
  }

  function drop(client: Client): void {
    if (standing !== client) return
    standing = undefined
    client.close().catch(() => {})
  }

  const late = () =>
    new ParleyError(
      'tool_failed',
      `The tools of "${config.name}" did not connect within ${config.connectTimeoutMs} ms.`,
      { retryable: true },
    )

  function unreachable(error: unknown): ParleyError {
    if (error instanceof ParleyError) return error
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The tools of "${config.name}" cannot be reached (${reason.slice(0, 200)}).`
    return new ParleyError('tool_failed', message, { retryable: true, cause: error })
  }

  return {
    get tools() {
      return tools
    },
    client() {
      if (closed) return Promise.reject(new ParleyError('tool_failed', 'The tools are closed.'))
      if (standing !== undefined) return Promise.resolve(standing)
      if (failure !== undefined && world.clock.now() - failure.atMs < REST_MS)
        return Promise.reject(failure.error)
      connecting ??= connect()
        .then(client => {
          failure = undefined
          return client
        })
        .catch(error => {
          failure = { error, atMs: world.clock.now() }
          world.warn(error)
          throw error
        })
        .finally(() => {
          connecting = undefined
        })
      return connecting
    },
    drop,
    async close() {
      closed = true
      const client = standing
      standing = undefined
      await connecting?.catch(() => {})
      await client?.close().catch(() => {})
    },
  }
}

async function allTools(
  client: Client,
  bounds: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<readonly McpTool[]> {
  const tools: McpTool[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page++) {
    const listed = await client.listTools(cursor === undefined ? {} : { cursor }, bounds)
    tools.push(...listed.tools)
    cursor = listed.nextCursor
    if (cursor === undefined) break
  }
  return tools.slice(0, MAX_TOOLS)
}

/** Reads what is configured now, so that mistakes show at the start, and opens later. */
function opener(config: McpToolConfig, { fetch, secretOf }: McpWorld): () => Promise<Transport> {
  const headers = fillHeaders(config.headers, secretOf)
  const env = fillAllSecrets(config.env, secretOf)
  const { command: [command, ...args] = [], url, cwd } = config
  return async () => {
    if (command !== undefined) {
      const stdio = await load(() => import('@modelcontextprotocol/sdk/client/stdio.js'))
      return new stdio.StdioClientTransport({
        command,
        args,
        env: { ...stdio.getDefaultEnvironment(), ...env },
        stderr: 'ignore',
        ...(cwd === undefined ? {} : { cwd }),
      })
    }
    const http = await load(() => import('@modelcontextprotocol/sdk/client/streamableHttp.js'))
    // Its optional members are declared otherwise than `exactOptionalPropertyTypes` has them.
    return new http.StreamableHTTPClientTransport(new URL(url ?? ''), {
      requestInit: { headers },
      fetch,
    }) as Transport
  }
}

async function load<Loaded>(module: () => Promise<Loaded>): Promise<Loaded> {
  try {
    return await module()
  } catch (error) {
    const message = 'Tools over MCP need a package: npm install @modelcontextprotocol/sdk'
    throw new ParleyError('provider_missing', message, { cause: error })
  }
}

/** What is waited for, or a failure as soon as the signal aborts. */
function bySignal<Value>(signal: AbortSignal, value: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ParleyError('timeout'))
    signal.addEventListener('abort', stop, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
