/**
 * The tools of a server that speaks the Model Context Protocol, under a prefix of its own, as far as they are allowed.
 * A server that died is connected again by the next call; a call that may have reached it is not repeated.
 */

import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { type Json, ParleyError, type ToolDefinition } from '@parley/core'
import { type McpTool, type McpWorld, mcpConnection } from './mcp-connection.js'
import type { Tool, ToolAnswer, Toolbox, ToolRun } from './tool.js'
import type { McpToolConfig } from './tool-config.js'

/** @throws ParleyError `bad_config` naming a variable that is not set. */
export function mcpToolbox(config: McpToolConfig, world: McpWorld): Toolbox {
  const connection = mcpConnection(config, world)
  const prefix = config.prefix ?? `${config.name}_`
  let listed: readonly McpTool[] | undefined
  let tools: readonly Tool[] = []

  async function call(name: string, given: { readonly [key: string]: Json }, signal: AbortSignal) {
    const bounds = { signal, timeout: 2 * config.timeoutMs + config.connectTimeoutMs }
    for (const lastTry of [false, true]) {
      const client = await connection.client()
      try {
        return await client.callTool({ name, arguments: { ...given } }, undefined, bounds)
      } catch (error) {
        if (signal.aborted || isRefusal(error)) throw error
        connection.drop(client)
        if (lastTry || !neverArrived(error)) throw brokenOff(error)
      }
    }
    throw new ParleyError('tool_failed')
  }

  function toolOf(tool: McpTool): Tool {
    const { timeoutMs, filler } = config
    return {
      definition: definitionOf(tool, prefix),
      timeoutMs,
      acts: config.acts ?? tool.annotations?.readOnlyHint !== true,
      ...(filler === undefined ? {} : { filler }),
      async run(given: Json, { signal }: ToolRun): Promise<ToolAnswer> {
        if (typeof given !== 'object' || given === null || Array.isArray(given))
          throw new ParleyError('bad_message', 'The arguments are no JSON object.')
        return answerOf(await call(tool.name, given as { readonly [key: string]: Json }, signal))
      },
    }
  }

  const isAllowed = ({ name }: McpTool): boolean =>
    !config.deny.includes(name) && (config.allow?.includes(name) ?? true)

  const connect = (): Promise<void> =>
    connection.client().then(
      () => {},
      () => {},
    )

  return {
    list() {
      if (connection.tools !== listed) {
        listed = connection.tools
        tools = listed.filter(isAllowed).map(toolOf)
      }
      // Not waited for: the next turn has them.
      if (tools.length === 0) void connect()
      return tools
    },
    warm: connect,
    close: () => connection.close(),
  }
}

function definitionOf({ name, description, inputSchema }: McpTool, prefix: string): ToolDefinition {
  const { $schema: _, ...parameters } = inputSchema as ToolDefinition['parameters']
  return {
    name: (prefix + name).replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64),
    description: description ?? name,
    parameters,
  }
}

type CallResult = Awaited<ReturnType<Client['callTool']>>

/** Texts as they are; what has no text is named. Structure counts where there is no text. */
function answerOf(result: CallResult): ToolAnswer {
  const content = (result.content ?? []) as readonly { readonly type: string; readonly text?: unknown }[]
  const texts = content.map(({ type, text }) => (typeof text === 'string' ? text : `[${type}]`))
  const structured = result.structuredContent
  const text = texts.length === 0 && structured !== undefined ? JSON.stringify(structured) : texts.join('\n')
  return { text, ...(result.isError === true ? { failed: true } : {}) }
}

/** fetch says no more than "fetch failed"; the reason stands in its cause. */
function brokenOff(error: unknown): ParleyError {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = root instanceof Error ? root.message : String(root)
  return new ParleyError('tool_failed', `The connection broke off (${reason}).`, { cause: error })
}

/** The server is there and says no: an error of the protocol, but for the SDK's own of a lost connection. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return typeof code === 'number' && code < 0 && code !== -32_000
}

/** The call cannot have been carried out: nobody listens there, or the session is unknown since a restart. */
function neverArrived(error: unknown): boolean {
  const code = codeOf(error)
  return code === 404 || code === 'ECONNREFUSED' || code === 'EPIPE'
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { readonly code?: unknown }
  return code ?? codeOf(error.cause)
}
