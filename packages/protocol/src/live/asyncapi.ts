/**
 * The live socket as an AsyncAPI 3.0 document, made from the schemas that check the messages. Not part of the package's
 * exports: `scripts/generate-asyncapi.mjs` writes it to `docs/asyncapi-live.yaml`.
 */
import { z } from 'zod'
import { liveClientMessageSchema, liveServerMessages, liveSessionSchema } from './live-messages.js'

type Json = { readonly [key: string]: unknown }
type MessageSchema = (typeof liveServerMessages)[number] | (typeof liveClientMessageSchema.options)[number]

const info = {
  title: 'Parley live socket',
  version: '1.0.0',
  description: [
    'The conversations that are on, and what changes in them. Rights, limits and close codes: live.md beside this file.',
    '',
    'This file is generated from the schemas (`node scripts/generate-asyncapi.mjs`); do not edit it.',
  ].join('\n'),
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
}

/** The document as a plain object, in the order in which it reads well. */
export function liveAsyncApi(): Json {
  const client = liveClientMessageSchema.options.map(named('client'))
  const server = liveServerMessages.map(named('server'))
  const all = [...client, ...server]
  const channel = { $ref: '#/channels/live' }
  const refs = (list: readonly Named[]) =>
    list.map(({ name }) => ({ $ref: `#/channels/live/messages/${name}` }))
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:3000', protocol: 'ws', description: 'A gateway with its defaults.' },
    },
    channels: {
      live: {
        address: '/v1/live',
        title: 'Live socket',
        messages: Object.fromEntries(
          all.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      look: { action: 'receive', channel, summary: 'What a client sends.', messages: refs(client) },
      tell: { action: 'send', channel, summary: 'What the gateway sends.', messages: refs(server) },
    },
    components: { messages: Object.fromEntries(all.map(messageEntry)), schemas: schemas(all) },
  }
}

interface Named {
  readonly name: string
  readonly schema: MessageSchema
}

function named(who: string): (schema: MessageSchema) => Named {
  return schema => ({ name: `${who}-${schema.shape.type.value}`, schema })
}

function messageEntry({ name, schema }: Named): [string, Json] {
  const { title, description, examples } = schema.meta() ?? {}
  return [
    name,
    {
      name,
      title,
      ...(description === undefined ? {} : { summary: description }),
      payload: { $ref: `#/components/schemas/${name}` },
      examples: Array.isArray(examples) ? examples.map((payload: unknown) => ({ payload })) : [],
    },
  ]
}

function schemas(messages: readonly Named[]): Json {
  const registry = z.registry<{ id: string }>()
  registry.add(liveSessionSchema, { id: 'live-session' })
  for (const { name, schema } of messages) registry.add(schema, { id: name })
  const made = z.toJSONSchema(registry, {
    target: 'draft-7',
    io: 'input',
    uri: id => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(Object.entries(made.schemas).map(([id, schema]) => [id, tidy(schema)]))
}

/** Drops what says nothing here: the dialect, the address, and examples that the message already has. */
function tidy({ $schema, $id, examples, ...schema }: Json): Json {
  return schema
}
