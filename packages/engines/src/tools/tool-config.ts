/**
 * `tools:` of an agent file, as shapes. `toolsConfigSchema` is the whole list; `toolsFromConfig` makes tools of it.
 *
 * ```yaml
 * tools:
 *   - kind: http
 *     name: order_status
 *     description: The status of an order.
 *     parameters: { order: { type: string, pattern: '[A-Z0-9-]{4,20}' } }
 *     url: https://shop.example/orders/{order}
 *     headers: { authorization: 'Bearer ${SHOP_KEY}' }
 *     pick: { status: /status, arrives: /delivery/date }
 *     filler: { en: One moment., es: Un momento. }
 *   - { kind: mcp, name: calendar, command: [node, calendar.js], allow: [free_slots] }
 *   - { kind: mcp, name: stock, url: https://stock.example/mcp, headers: { authorization: 'Bearer ${STOCK_KEY}' } }
 *   - { kind: hang-up }
 * ```
 */

import { placesIn, templateFault } from '@parley/core'
import { z } from 'zod'
import { parameterSchema } from './parameters.js'

const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, '1–64 letters, digits, "_" and "-"')

export const fillerSchema = z.union([
  z.string(),
  z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])),
])

/** Names and values, `${NAME}` in a value for the secret in that variable. */
const secretTexts = z.record(z.string(), z.string())

const pickSchema = z.union([z.string(), z.record(z.string(), z.string())])

export const httpToolSchema = z
  .strictObject({
    kind: z.literal('http'),
    name: toolName,
    description: z.string().min(1),
    parameters: z.record(z.string().regex(/^[A-Za-z_]\w*$/), parameterSchema).default({}),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    /** With `{argument}` anywhere behind the host. */
    url: z.string(),
    headers: secretTexts.default({}),
    /** Sent as JSON; `{argument}` in its texts. */
    body: z.json().optional(),
    /** What of a JSON answer the model is told: a JSON Pointer, or a name for each of several. All of it without. */
    pick: pickSchema.optional(),
    /** Hosts besides that of `url` to which the service may redirect. */
    hosts: z.array(z.string()).default([]),
    /** Whether a redirect may lead into the gateway's own network. */
    privateRedirects: z.boolean().default(false),
    timeoutMs: z.number().positive().max(120_000).default(8_000),
    maxBytes: z.int().positive().default(200_000),
    filler: fillerSchema.optional(),
    /** Whether it changes something; by its method without: all but GET and HEAD do. */
    acts: z.boolean().optional(),
  })
  .superRefine(({ url, parameters, method, body }, context) => {
    const fault = templateFault(url)
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['url'], message: fault })
    for (const name of placesIn(url))
      if (!(name in parameters))
        context.addIssue({ code: 'custom', path: ['url'], message: `"${name}" is none of the parameters` })
    if (body !== undefined && (method === 'GET' || method === 'HEAD'))
      context.addIssue({ code: 'custom', path: ['body'], message: `${method} has no body` })
  })

export const mcpToolSchema = z
  .strictObject({
    kind: z.literal('mcp'),
    /** Also the prefix of its tools' names, with `_`. */
    name: toolName,
    /** A server on stdio: program and arguments. */
    command: z.array(z.string()).min(1).optional(),
    /** Variables for it, besides PATH, HOME and the like. */
    env: secretTexts.default({}),
    cwd: z.string().optional(),
    /** A server over streamable HTTP. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    headers: secretTexts.default({}),
    /** Names, as the server says them; all without. */
    allow: z.array(z.string()).optional(),
    deny: z.array(z.string()).default([]),
    /** Before every name instead of `<name>_`; may be empty. */
    prefix: z.string().optional(),
    connectTimeoutMs: z.number().positive().max(120_000).default(10_000),
    timeoutMs: z.number().positive().max(120_000).default(8_000),
    filler: fillerSchema.optional(),
    /** Whether its tools change something; as the server says (`readOnlyHint`) without. */
    acts: z.boolean().optional(),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), {
    message: 'needs either a command or a url',
  })

export const hangUpToolSchema = z.strictObject({
  kind: z.literal('hang-up'),
  name: toolName.optional(),
  description: z.string().min(1).optional(),
})

export const toolConfigSchema = z.discriminatedUnion('kind', [
  httpToolSchema,
  mcpToolSchema,
  hangUpToolSchema,
])

export const toolsConfigSchema = z.array(toolConfigSchema).default([])

/** How an agent uses its tools, beside the list of them. */
export const toolUseSchema = z.strictObject({
  /** Said where a tool has no filler of its own. */
  filler: fillerSchema.optional(),
  /** How long tools run in silence before it is said, ms. */
  fillerAfterMs: z.number().min(0).max(60_000).default(700),
  /** How often one answer may stop for tools. */
  maxSteps: z.int().positive().max(20).default(5),
})

export type HttpToolConfig = z.output<typeof httpToolSchema>
export type McpToolConfig = z.output<typeof mcpToolSchema>
export type ToolConfig = z.output<typeof toolConfigSchema>
