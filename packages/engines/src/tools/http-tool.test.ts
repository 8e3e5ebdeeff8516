import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { httpTool } from './http-tool.js'
import { httpToolSchema } from './tool-config.js'
import { openLoopback, run, testWorld } from './tools.test-kit.js'

const got: {
  method?: string | undefined
  url?: string | undefined
  key?: string | undefined
  body: string
}[] = []

function answering(status: number, body: string, headers: Record<string, string> = {}): RequestListener {
  return async (request, response) => {
    let sent = ''
    for await (const chunk of request) sent += chunk
    got.push({
      method: request.method,
      url: request.url,
      key: request.headers['x-key'] as string,
      body: sent,
    })
    response.writeHead(status, headers)
    response.end(body)
  }
}

const server = await openLoopback(answering(200, '{}'))
const { world, clock } = testWorld()
const toolWith = (options: object = {}) =>
  httpTool(
    httpToolSchema.parse({
      kind: 'http',
      name: 'order',
      description: 'The status of an order.',
      parameters: {
        number: { type: 'string', pattern: '[A-Z0-9./ -]+', description: 'As printed.' },
        full: { type: 'boolean', optional: true },
        count: { type: 'integer', minimum: 1, optional: true },
      },
      url: `${server.url}/orders/{number}?full={full}`,
      headers: { 'x-key': `\${SHOP_KEY}` },
      ...options,
    }),
    world,
    world.secretOf,
  )

describe('a tool over HTTP', () => {
  it('shows its parameters to the model', () => {
    expect(toolWith().definition.parameters).toEqual({
      type: 'object',
      properties: {
        number: { type: 'string', maxLength: 200, pattern: expect.any(String), description: 'As printed.' },
        full: { type: 'boolean' },
        count: expect.objectContaining({ type: 'integer', minimum: 1 }),
      },
      required: ['number'],
      additionalProperties: false,
    })
  })

  it('asks with encoded arguments and its secret, and tells what it is to pick', async () => {
    server.answer = answering(200, '{"status":"sent","inner":{"a/b":[1,{"c":"deep"}]},"junk":1}')
    const tool = toolWith({ pick: { status: 'status', deep: '/inner/a~1b/1/c', none: '/x' } })
    expect(await tool.run({ number: 'A 1/2', full: true }, run())).toEqual({
      text: '{"status":"sent","deep":"deep"}',
    })
    expect(got.at(-1)).toMatchObject({
      method: 'GET',
      url: '/orders/A%201%2F2?full=true',
      key: 'sesame-sesame',
    })
    expect((await toolWith({ pick: '/status' }).run({ number: '1' }, run())).text).toBe('sent')
    expect(got.at(-1)?.url).toBe('/orders/1')
  })

  it('sends a body in which arguments keep their types', async () => {
    const tool = toolWith({
      method: 'POST',
      url: `${server.url}/orders`,
      body: { id: '{number}', note: 'for {number}', count: '{count}', flags: ['{full}', 1], fixed: null },
    })
    await tool.run({ number: 'A1', count: 2 }, run())
    expect(JSON.parse(got.at(-1)?.body ?? '')).toEqual({
      id: 'A1',
      note: 'for A1',
      count: 2,
      flags: [1],
      fixed: null,
    })
    expect([tool.acts, toolWith().acts, toolWith({ acts: true }).acts]).toEqual([true, false, true])
  })

  it.each([
    [{ number: 'a$' }],
    [{}],
    [{ number: '1', count: 0 }],
    [{ number: '1', more: 1 }],
    [{ number: '..' }],
    ['text'],
  ])('refuses %j before anything is sent', async given => {
    const sent = got.length
    await expect(toolWith().run(given, run())).rejects.toMatchObject({ code: 'bad_message' })
    expect(got).toHaveLength(sent)
  })

  it('tells the model what the service says when it refuses, without the secret', async () => {
    server.answer = answering(404, 'No order for key sesame-sesame')
    expect(await toolWith().run({ number: '1' }, run())).toEqual({
      failed: true,
      text: 'The service answered 404: No order for key …',
    })
  })

  it('fails in time, and with too much, with no JSON where it picks, and with a redirected POST', async () => {
    server.answer = answering(200, 'x'.repeat(3_000))
    await expect(toolWith({ maxBytes: 2_000 }).run({ number: '1' }, run())).rejects.toThrow(
      /more than 2000 bytes/,
    )
    await expect(toolWith({ pick: '/a' }).run({ number: '1' }, run())).rejects.toThrow(/no JSON/)
    server.answer = answering(307, '', { location: '/orders/2' })
    await expect(toolWith({ method: 'POST' }).run({ number: '1' }, run())).rejects.toThrow(/redirects a POST/)
    server.answer = answering(302, '', { location: 'http://169.254.169.254/latest' })
    await expect(toolWith().run({ number: '1' }, run())).rejects.toThrow(/not among its hosts/)
    await expect(toolWith({ hosts: ['169.254.169.254'] }).run({ number: '1' }, run())).rejects.toThrow(
      /not a public address/,
    )
    let begin = () => {}
    const begun = new Promise<void>(resolve => {
      begin = resolve
    })
    server.answer = () => begin()
    const late = expect(toolWith({ timeoutMs: 400 }).run({ number: '1' }, run())).rejects.toMatchObject({
      code: 'timeout',
    })
    await begun
    await clock.advance(400)
    await late
  })

  it('asks a redirect’s name for its addresses', async () => {
    server.answer = answering(302, '', { location: 'http://inside.example/x' })
    const tool = httpTool(
      httpToolSchema.parse({
        kind: 'http',
        name: 'x',
        description: 'x',
        url: `${server.url}/x`,
        hosts: ['inside.example'],
      }),
      { ...world, resolve: async () => ['93.184.216.34', '10.1.2.3'] },
      world.secretOf,
    )
    await expect(tool.run({}, run())).rejects.toThrow(/not a public address/)
  })
})
