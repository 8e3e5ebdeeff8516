import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

/** A server made with the protocol's own SDK. `die` ends its process. */
export function mcpTestServer(die: () => void): McpServer {
  const server = new McpServer({ name: 'test', version: '1' })
  const text = (said: string, more: object = {}) => ({
    content: [{ type: 'text' as const, text: said }],
    ...more,
  })
  server.registerTool(
    'free.slots',
    {
      description: 'Free slots of a day.',
      inputSchema: { day: z.string() },
      annotations: { readOnlyHint: true },
    },
    ({ day }) => text(`${day}: 9, 10 (${process.env.SLOTS ?? 'no env'})`),
  )
  server.registerTool('book', { description: 'Books.', inputSchema: { hour: z.int() } }, ({ hour }) =>
    text(`booked ${hour}`),
  )
  server.registerTool('refuse', {}, () => text('fully booked', { isError: true }))
  server.registerTool('die', {}, () => {
    die()
    return new Promise<never>(() => {})
  })
  server.registerTool('hang', {}, () => new Promise<never>(() => {}))
  server.registerTool('structured', { outputSchema: { free: z.int() } }, () => ({
    content: [],
    structuredContent: { free: 3 },
  }))
  server.registerTool('grow', {}, () => {
    server.registerTool('grown', {}, () => text('new'))
    return text('ok')
  })
  return server
}
