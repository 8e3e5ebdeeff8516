import { agentSlots } from '@parley/engines'
import { vendors } from '@parley/providers'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'
import { grantedFetch } from './agent-grants.js'
import { createAgentReader } from './agent-reader.js'
import { gatewayOptions, refusedProviders } from './agent-rules.js'

const { config } = resolveConfig(
  readEnvironment(
    {
      OPENAI_API_KEY: 'k',
      PARLEY_AGENT_HOSTS: 'shop.example',
      PARLEY_AGENT_VARIABLES: 'SHOP_KEY@api.shop.example, acme:CRM_KEY@crm.example',
    },
    '/nonexistent',
  ),
)
const values: Readonly<Record<string, string>> = { SHOP_KEY: 's', CRM_KEY: 'c', OPENAI_API_KEY: 'k' }
const catalogue = createProviderCatalogue(vendors, config)
const reader = createAgentReader({ config, catalogue, secretOf: name => values[name] })
const head = 'agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\n'

async function problemsOf(lists: string, tenant = 'acme'): Promise<readonly string[]> {
  const { problems } = await reader.check({ tenant, name: 'clerk', yaml: head + lists })
  return problems.map(({ level, line, column, message }) => `${level} ${line}:${column} ${message}`)
}

const model = 'llm: { provider: openai, model: m }\ntts: []\n'
const tool = (more: string) => `${model}tools:\n  - { kind: http, name: t, description: d, ${more} }\n`
const named = (name: string) => `headers: { authorization: 'Bearer $\{${name}}' }`

describe('an agent of the console', () => {
  it('may do what is granted', async () => {
    expect(
      await problemsOf(tool("url: 'https://shop.example/{a}', parameters: { a: { type: string } }")),
    ).toEqual([])
    expect(await problemsOf(tool(`url: 'https://api.shop.example/', ${named('SHOP_KEY')}`))).toEqual([])
    expect(await problemsOf(tool(`url: 'https://crm.example/', ${named('CRM_KEY')}`))).toEqual([])
    const facts = 'context: [{ kind: weather, place: Madrid }, { kind: crypto }]\n'
    expect(await problemsOf(`${model}${facts}`)).toEqual([])
  })

  it.each([
    [
      'another host',
      tool("url: 'https://169.254.169.254/latest'"),
      /^error 8:\d+ 169.254.169.254 may not be asked/,
    ],
    ['an open line', tool("url: 'http://shop.example/'"), /must begin with https/],
    [
      'a host to be led to',
      tool("url: 'https://shop.example/', hosts: [evil.example]"),
      /evil.example may not be asked/,
    ],
    ['the own network', tool("url: 'https://shop.example/', privateRedirects: true"), /own network/],
    ['a huge answer', tool("url: 'https://shop.example/', maxBytes: 900000000"), /must be at most 1000000/],
    [
      'a variable at another host',
      tool(`url: 'https://shop.example/', ${named('SHOP_KEY')}`),
      /SHOP_KEY may not be sent to shop.example/,
    ],
    [
      'a variable of the gateway',
      tool(`url: 'https://api.shop.example/', ${named('OPENAI_API_KEY')}`),
      /OPENAI_API_KEY may not be sent/,
    ],
    [
      'a secret in a header',
      tool("url: 'https://shop.example/', headers: { x-api-key: abc }"),
      /holds a secret/,
    ],
    ['a secret in an address', tool("url: 'https://shop.example/?token=abc'"), /holds a secret/],
    [
      'a regular expression',
      tool("url: 'https://shop.example/', parameters: { a: { type: string, pattern: '(a+)+' } }"),
      /regular expression/,
    ],
    ['a program', `${model}tools: [{ kind: mcp, name: t, command: [sh, -c, id] }]\n`, /runs a program/],
    [
      'tools elsewhere',
      `${model}tools: [{ kind: mcp, name: t, url: 'https://mcp.example/' }]\n`,
      /mcp.example may not be asked/,
    ],
    [
      'the database',
      `${model}context: [{ kind: sql, name: s, when: [x], query: select 1 }]\n`,
      /reads the gateway’s database/,
    ],
    [
      'a folder',
      `${model}context: { sources: [{ kind: documents, folder: /etc }] }\n`,
      /reads the gateway’s files/,
    ],
    [
      'words by patterns',
      `${model}context: [{ kind: news, feeds: ['https://shop.example/'], when: ['(a+)+$'] }]\n`,
      /regular expressions/,
    ],
    [
      'a policy in a file',
      `${model}reasoner: { llm: { provider: openai, model: m }, policy: /etc/passwd }\n`,
      /names a file of the gateway/,
    ],
    [
      'a script in a file',
      `stt: { provider: embedded, script: ../../etc/passwd }\n${model}`,
      /no such script/,
    ],
    [
      'code by name',
      'llm: { provider: ai-sdk, module: child_process, model: m }\ntts: []\n',
      /loads code by name/,
    ],
    [
      'an account of its own',
      'llm: { provider: openai, model: m, organization: o }\ntts: []\n',
      /belongs to the gateway/,
    ],
    ['another name', model, /is saved as "clerk"/, head.replace('clerk', 'other')],
  ])('may not ask for %s', async (_, lists, expected, begin = head) => {
    const { problems } = await reader.check({ tenant: 'acme', name: 'clerk', yaml: begin + lists })
    expect(
      problems.map(({ level, line, column, message }) => `${level} ${line}:${column} ${message}`).join('\n'),
    ).toMatch(expected)
  })

  it('has a variable of its own tenant alone', async () => {
    const lists = tool(`url: 'https://crm.example/', ${named('CRM_KEY')}`)
    expect((await problemsOf(lists, 'other')).join('\n')).toMatch(
      /crm.example may not be asked[\s\S]*CRM_KEY may not be sent/,
    )
    expect(reader.grantsOf('other').secretOf('CRM_KEY')).toBeUndefined()
    expect(reader.grantsOf('acme').secretOf('OPENAI_API_KEY')).toBeUndefined()
  })

  it('tells a key that is missing, as an error where nothing else serves', async () => {
    expect(await problemsOf('llm: anthropic\ntts: []\n')).toEqual(['error 5:6 Anthropic needs a key'])
    expect((await problemsOf('llm: [{ provider: openai, model: m }, anthropic]\ntts: []\n'))[0]).toMatch(
      /^warning 5:/,
    )
  })

  it('reads no text of a shape that is none', async () => {
    for (const yaml of [
      '',
      '[]',
      'a',
      'tools: { a: 1 }\nllm: 3\ncontext: x\nreasoner: []\n',
      '- &a [*a]',
      '\t:',
    ])
      expect((await reader.check({ tenant: 'acme', name: 'clerk', yaml })).agent).toBeUndefined()
  })
})

describe('the rules', () => {
  it('know every option of a vendor that is an address, a file or an account', () => {
    const known = vendors
      .filter(({ name }) => !refusedProviders.includes(name))
      .flatMap(vendor =>
        agentSlots.flatMap(slot =>
          vendor[slot] ? [z.toJSONSchema(vendor[slot].options, { io: 'input', unrepresentable: 'any' })] : [],
        ),
      )
      .flatMap(schema => propertiesIn(schema as Schema))
    const risky = known.filter(
      ({ name, schema }) =>
        schema.format === 'uri' ||
        /url|uri|endpoint|file|folder|path|credential|secret|token$|organi|project|account/i.test(name),
    )
    const harmless = ['effectsProfile', 'profile', 'endpointingMs']
    const missed = risky
      .map(({ name }) => name)
      .filter(name => !gatewayOptions.includes(name) && !harmless.includes(name))
    expect([...new Set(missed)]).toEqual([])
  })
})

interface Schema {
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
}

/** Not below an option that is refused anyway. */
function propertiesIn(schema: Schema): readonly { readonly name: string; readonly schema: Schema }[] {
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
      { name, schema: inner },
      ...(gatewayOptions.includes(name) ? [] : propertiesIn(inner)),
    ]),
    ...(schema.anyOf ?? []).flatMap(propertiesIn),
    ...(schema.items === undefined ? [] : propertiesIn(schema.items)),
  ]
}

describe('what is asked for it over HTTP', () => {
  it('goes to granted hosts alone and follows no redirect by itself', async () => {
    const asked: unknown[] = []
    const ask = grantedFetch(async (input, init) => {
      asked.push([String(input), init?.redirect])
      return new Response('')
    }, reader.grantsOf('acme'))
    await ask('https://shop.example/a')
    await ask(new URL('https://shop.example/b'), { redirect: 'manual' })
    await expect(ask('https://evil.example/')).rejects.toThrow('evil.example is not in PARLEY_AGENT_HOSTS')
    expect(asked).toEqual([
      ['https://shop.example/a', 'error'],
      ['https://shop.example/b', 'manual'],
    ])
  })
})
