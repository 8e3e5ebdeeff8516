import { describe, expect, it } from 'vitest'
import { toolConfigSchema, toolsConfigSchema } from './tool-config.js'
import { testWorld } from './tools.test-kit.js'
import { toolsFromConfig } from './tools-from-config.js'

const http = { kind: 'http', name: 'order', description: 'x', url: 'https://shop.example/x' }

describe('tools from configuration', () => {
  it('are joined in their order; servers of tools join when they are connected', () => {
    const tools = toolsConfigSchema.parse([
      http,
      { kind: 'hang-up', name: 'end_call' },
      { kind: 'mcp', name: 'cal', url: 'http://127.0.0.1:9/mcp' },
    ])
    const box = toolsFromConfig(tools, testWorld().world)
    expect(box.list().map(({ definition }) => definition.name)).toEqual(['order', 'end_call'])
    expect(toolsConfigSchema.parse(undefined)).toEqual([])
  })

  it.each([
    [[http, http], 'tools[1]: the name "order" is taken.'],
    [[{ ...http, headers: { a: `\${NOT_SET}` } }], 'tools[0]: The variable NOT_SET is not set'],
  ])('are refused with their place', (given, message) => {
    const tools = toolsConfigSchema.parse(given)
    expect(() => toolsFromConfig(tools, testWorld().world)).toThrow(message)
  })

  it.each([
    [{ ...http, url: 'https://{host}/x' }, /host without places/],
    [{ ...http, url: 'https://shop.example/{x}' }, /none of the parameters/],
    [{ ...http, url: 'ftp://shop.example/' }, /must begin with/],
    [{ ...http, url: 'https://user@shop.example/' }, /must begin with/],
    [{ ...http, body: {} }, /GET has no body/],
    [{ ...http, name: 'two words' }, /1–64 letters/],
    [{ ...http, parameters: { a: { type: 'string', pattern: '(' } } }, /no regular expression/],
    [{ ...http, timeout: 5 }, /Unrecognized key/],
    [{ kind: 'mcp', name: 'a' }, /either a command or a url/],
    [{ kind: 'mcp', name: 'a', url: 'https://a.example', command: ['x'] }, /either a command or a url/],
    [{ kind: 'sql' }, /Invalid/],
  ])('are refused where they make no sense (%j)', (given, message) => {
    const { error } = toolConfigSchema.safeParse(given)
    expect(error?.issues.map(issue => issue.message).join()).toMatch(message)
  })
})
