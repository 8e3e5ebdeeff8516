import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Json } from '@parley/core'
import { afterAll, describe, expect, it } from 'vitest'
import { mcpTestServer } from './mcp-server.test-kit.js'
import { mcpToolbox } from './mcp-toolbox.js'
import type { Toolbox } from './tool.js'
import { mcpToolSchema } from './tool-config.js'
import { openLoopback, run, testWorld } from './tools.test-kit.js'

const script = fileURLToPath(new URL('./mcp-server.test-process.js', import.meta.url))
const boxes: Toolbox[] = []
afterAll(() => Promise.all(boxes.map(box => box.close())))

function boxWith(options: object) {
  const { world, clock, warnings } = testWorld()
  const box = mcpToolbox(mcpToolSchema.parse({ kind: 'mcp', name: 'cal', ...options }), world)
  boxes.push(box)
  const names = () => box.list().map(({ definition }) => definition.name)
  const call = (name: string, given: Json = {}, signal = run().signal) => {
    const tool = box.list().find(({ definition }) => definition.name === name)
    if (tool === undefined) throw new Error(`no tool ${name}`)
    return tool.run(given, { language: 'en', signal })
  }
  return { box, clock, warnings, names, call }
}

const onStdio = (options: object = {}) =>
  boxWith({ command: [process.execPath, script], env: { SLOTS: `\${SHOP_KEY}` }, ...options })

/** An MCP server over streamable HTTP, with sessions; `forget` loses them as a restart does. */
async function overHttp() {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const authorised: (string | undefined)[] = []
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    authorised.push(request.headers.authorization)
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (id !== undefined && known === undefined) {
      response
        .writeHead(404)
        .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}')
      return
    }
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: session => void sessions.set(session, transport),
      })
    if (known === undefined) await mcpTestServer(() => {}).connect(transport as Transport)
    await transport.handleRequest(request, response)
  }
  const server = await openLoopback((request, response) => void answer(request, response))
  return { url: `${server.url}/mcp`, authorised, forget: () => sessions.clear(), close: server.close }
}

describe.each([
  ['on stdio', async () => onStdio()],
  ['over HTTP', async () => boxWith({ url: (await overHttp()).url })],
])('tools of an MCP server %s', (_, make) => {
  it('are listed with prefix and schema, run, and tell failures', async () => {
    const { box, names, call } = await make()
    expect(box.list()).toEqual([])
    await box.warm()
    expect(names().slice(0, 3)).toEqual(['cal_free_slots', 'cal_book', 'cal_refuse'])
    const [slots, book] = box.list()
    expect(slots?.definition).toMatchObject({
      description: 'Free slots of a day.',
      parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    })
    expect([slots?.acts, book?.acts]).toEqual([false, true])
    expect((await call('cal_free_slots', { day: 'Monday' })).text).toMatch(/^Monday: 9, 10/)
    expect(await call('cal_book', { hour: 9 })).toEqual({ text: 'booked 9' })
    expect(await call('cal_refuse')).toEqual({ text: 'fully booked', failed: true })
    expect(await call('cal_structured')).toEqual({ text: '{"free":3}' })
    expect((await call('cal_book', { hour: 'nine' })).failed).toBe(true)
    await expect(call('cal_book', 'nine')).rejects.toMatchObject({ code: 'bad_message' })
  })

  it('stop waiting on abort, and serve the next call', async () => {
    const { box, call } = await make()
    await box.warm()
    const controller = new AbortController()
    const hanging = expect(call('cal_hang', {}, controller.signal)).rejects.toThrow()
    controller.abort()
    await hanging
    expect((await call('cal_book', { hour: 3 })).text).toBe('booked 3')
  })
})

describe('an MCP server', () => {
  it('gets its own variables, and offers what is allowed', async () => {
    const { box, names, call } = onStdio({ allow: ['free.slots', 'book'], deny: ['book'], prefix: '' })
    await box.warm()
    expect(names()).toEqual(['free_slots'])
    expect((await call('free_slots', { day: 'x' })).text).toBe('x: 9, 10 (sesame-sesame)')
  })

  it('that dies in a call fails it, and is there again for the next', async () => {
    const { box, call } = onStdio()
    await box.warm()
    await expect(call('cal_die')).rejects.toThrow(/broke off/)
    expect((await call('cal_book', { hour: 4 })).text).toBe('booked 4')
  })

  it('that forgot its sessions is asked again at once', async () => {
    const server = await overHttp()
    const { box, call } = boxWith({ url: server.url, headers: { authorization: `Bearer \${SHOP_KEY}` } })
    await box.warm()
    server.forget()
    expect((await call('cal_book', { hour: 5 })).text).toBe('booked 5')
    expect(new Set(server.authorised)).toEqual(new Set(['Bearer sesame-sesame']))
  })

  it('that cannot be reached fails calls, warns, and rests before it is tried again', async () => {
    const server = await overHttp()
    const { box, call, clock, warnings } = boxWith({ url: server.url })
    await box.warm()
    await server.close()
    await expect(call('cal_book', { hour: 1 })).rejects.toThrow(/broke off|cannot be reached/)
    await expect(call('cal_book', { hour: 1 })).rejects.toThrow(/cannot be reached/)
    expect(warnings.map(({ code }) => code)).toEqual(['tool_failed'])
    await clock.advance(1_000)
    await expect(call('cal_book', { hour: 1 })).rejects.toThrow(/cannot be reached/)
    expect(warnings).toHaveLength(2)
  })

  it('that does not answer is not waited for longer than it may take to connect', async () => {
    let begin = () => {}
    const begun = new Promise<void>(resolve => {
      begin = resolve
    })
    const { url } = await openLoopback(() => begin())
    const { box, clock, warnings } = boxWith({ url, connectTimeoutMs: 3_000 })
    const warming = box.warm()
    await begun
    await clock.advance(3_000)
    await warming
    expect(warnings[0]?.message).toBe('The tools of "cal" did not connect within 3000 ms.')
    expect(box.list()).toEqual([])
  })

  it('that does not exist is warned of', async () => {
    const { box, warnings } = boxWith({ command: ['/nowhere/server'] })
    await box.warm()
    expect(warnings[0]?.message).toMatch(/cannot be reached \(spawn \/nowhere\/server ENOENT\)/)
  })

  it('may change its tools', async () => {
    const { box, names, call } = onStdio()
    await box.warm()
    await call('cal_grow')
    while (!names().includes('cal_grown')) await new Promise(resolve => setImmediate(resolve))
    expect((await call('cal_grown')).text).toBe('new')
  })

  it('is gone with its toolbox', async () => {
    const { box, call } = onStdio()
    await box.warm()
    await box.close()
    await expect(call('cal_book', { hour: 1 })).rejects.toThrow(/closed/)
  })
})
