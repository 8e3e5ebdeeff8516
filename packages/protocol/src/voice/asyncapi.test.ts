/// <reference types="node" />
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { nameOf } from './asyncapi.js'
import { clientMessageSchema } from './client-messages.js'
import { serverMessageSchema, serverMessages } from './server-messages.js'

const root = new URL('../../../../', import.meta.url)
const document: unknown = parse(readFileSync(new URL('docs/asyncapi.yaml', root), 'utf8'))

type Visit = (value: unknown, path: string) => void

function walk(value: unknown, visit: Visit, path = '#'): void {
  visit(value, path)
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) walk(inner, visit, `${path}/${key}`)
}

/** What stands at a path like `#/components/schemas/hello`. */
function at(path: string): unknown {
  let value = document
  for (const key of path.replace(/^#\//, '').split('/')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.entries(value).find(([name]) => name === key)?.[1]
  }
  return value
}

function keys(path: string): string[] {
  return Object.keys(at(path) ?? {})
}

const types = [...clientMessageSchema.options, ...serverMessages].map(nameOf)

describe('docs/asyncapi.yaml', () => {
  it('is what the schemas say now', () => {
    const script = fileURLToPath(new URL('scripts/generate-asyncapi.mjs', root))
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('has the parts that AsyncAPI 3.0 asks for', () => {
    expect(at('asyncapi')).toBe('3.0.0')
    expect(at('info/title')).toBeTypeOf('string')
    expect(at('info/version')).toMatch(/^\d+\.\d+\.\d+$/)
    expect(at('servers/local')).toMatchObject({ host: expect.any(String), protocol: 'ws' })
    expect(at('channels/voice/address')).toBe('/v1/voice')
    for (const name of keys('operations')) {
      expect(at(`operations/${name}`)).toMatchObject({
        action: expect.stringMatching(/^(send|receive)$/),
        channel: { $ref: '#/channels/voice' },
      })
    }
  })

  it('has no reference into the void', () => {
    const dangling: string[] = []
    walk(document, (value, path) => {
      const isDangling = path.endsWith('/$ref') && typeof value === 'string' && at(value) === undefined
      if (isDangling) dangling.push(path)
    })
    expect(dangling).toEqual([])
  })

  it('names every message once, in the channel and in an operation', () => {
    const inChannel = keys('channels/voice/messages').sort()
    expect(inChannel).toEqual([...types, 'client-audio', 'server-audio'].sort())
    const used = new Set<unknown>()
    walk(at('operations'), (value, path) => {
      if (path.endsWith('/$ref')) used.add(value)
    })
    for (const name of inChannel) expect(used).toContain(`#/channels/voice/messages/${name}`)
  })

  it.each(types)('describes `%s` and gives an example that is valid', type => {
    expect(at(`components/messages/${type}/summary`)).toMatch(/\.$/)
    const examples = at(`components/messages/${type}/examples`)
    if (!Array.isArray(examples) || examples.length === 0) throw new Error('There is no example.')
    const known = clientMessageSchema.options.some(({ shape }) => shape.type.value === type)
    for (const { payload } of examples) {
      expect(() => (known ? clientMessageSchema : serverMessageSchema).parse(payload)).not.toThrow()
    }
  })

  it('asks of a client only what has no default', () => {
    expect(at('components/schemas/hello/required')).toEqual(['type', 'version'])
  })
})
