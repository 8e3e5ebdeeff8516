/**
 * The prosody socket as an AsyncAPI 3.0 document, made from the schemas that check the messages. Not part of the
 * package's exports: `scripts/generate-asyncapi.mjs` writes it to `docs/asyncapi-prosody.yaml`.
 */
import { z } from 'zod'
import { prosodyClientMessageSchema } from './client-messages.js'
import { prosodyFrameSchema, utteranceProsodySchema, visemeCueSchema } from './prosody-frame.js'
import {
  prosodyConversationMessages,
  prosodyStreamFrameSchema,
  prosodyStreamMessages,
} from './server-messages.js'
import { sideMessages } from './side-messages.js'

type Json = { readonly [key: string]: unknown }

interface Named {
  readonly name: string
  readonly schema: z.ZodObject
  /** Of a session that is followed: its id is in the message. */
  readonly ofSession: boolean
}

const info = {
  title: 'Parley prosody socket',
  version: '1.0.0',
  description: [
    'Sound in, how it is said out. Sound is binary, or base64 in JSON; frames are JSON, or binary for those who ask.',
    'Examples, limits and close codes: prosody.md beside this file.',
    '',
    'This file is generated from the schemas (`node scripts/generate-asyncapi.mjs`); do not edit it.',
  ].join('\n'),
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
}

const binaryMessages = {
  'client-sound': {
    name: 'client-sound',
    title: 'Sound',
    summary: 'A binary message: samples, mono, little-endian, cut anywhere; at most 10 s of them.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
  'server-frames': {
    name: 'server-frames',
    title: 'Frames',
    summary: 'A binary message, where `output` is `binary`: frames of 17 Float32, little-endian.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
}

/** The document as a plain object, in the order in which it reads well. */
export function prosodyAsyncApi(): Json {
  const client = prosodyClientMessageSchema.options.map(schema => named('client', schema))
  const server = [
    ...prosodyStreamMessages.map(schema => named('server', schema)),
    ...prosodyConversationMessages.map(schema => named('session', schema)),
    ...sideMessages.map(schema => ({ ...named('session', schema), ofSession: true })),
  ]
  const names = (messages: readonly Named[]) => messages.map(({ name }) => name)
  const clientNames = [...names(client), 'client-sound']
  const serverNames = [...names(server), 'server-frames']
  const channel = { $ref: '#/channels/prosody' }
  const refs = (list: readonly string[]) =>
    list.map(name => ({ $ref: `#/channels/prosody/messages/${name}` }))
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:3000', protocol: 'ws', description: 'A gateway with its defaults.' },
    },
    channels: {
      prosody: {
        address: '/prosody',
        title: 'Prosody socket',
        description: 'At `PROSODY_WS_PATH`. The fields of `config` may stand in the address, too.',
        messages: Object.fromEntries(
          [...clientNames, ...serverNames].map(name => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      hear: {
        action: 'receive',
        channel,
        summary: 'What a client sends.',
        messages: refs(clientNames),
      },
      tell: { action: 'send', channel, summary: 'What the gateway sends.', messages: refs(serverNames) },
    },
    components: {
      messages: { ...Object.fromEntries([...client, ...server].map(messageEntry)), ...binaryMessages },
      schemas: schemas([...client, ...server]),
    },
  }
}

/** `session-prosody-agent`: who tells it, its type, and the side where it is of one. */
function named(who: string, schema: z.ZodObject): Named {
  const { type, side } = schema.shape
  const words = [type, side].flatMap(part => (part instanceof z.ZodLiteral ? [String(part.value)] : []))
  return { name: [who, ...words].join('-'), schema, ofSession: false }
}

function messageEntry({ name, schema, ofSession }: Named): [string, Json] {
  const { title, description, examples } = schema.meta() ?? {}
  const entry = {
    name,
    title,
    ...(description === undefined ? {} : { summary: description }),
    payload: { $ref: `#/components/schemas/${name}` },
    ...(Array.isArray(examples)
      ? {
          examples: examples.map((payload: object) => ({
            payload: ofSession ? { ...payload, session: 'ses_5kq1' } : payload,
          })),
        }
      : {}),
  }
  return [name, entry]
}

function schemas(messages: readonly Named[]): Json {
  const registry = z.registry<{ id: string }>()
  registry.add(prosodyFrameSchema, { id: 'frame' })
  registry.add(prosodyStreamFrameSchema, { id: 'stream-frame' })
  registry.add(utteranceProsodySchema, { id: 'utterance' })
  registry.add(visemeCueSchema, { id: 'viseme' })
  for (const { name, schema, ofSession } of messages)
    registry.add(ofSession ? schema.extend({ session: z.string() }) : schema, { id: name })
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
