/**
 * The voice socket as an AsyncAPI 3.0 document, made from the schemas that check the messages. Not part of the
 * package's exports: `scripts/generate-asyncapi.mjs` writes it to `docs/asyncapi.yaml`.
 */
import { z } from 'zod'
import { prosodyFrameSchema, utteranceProsodySchema, visemeCueSchema } from '../prosody/prosody-frame.js'
import { clientMessageSchema } from './client-messages.js'
import { ledgerSchema } from './ledger-schema.js'
import { serverMessages } from './server-messages.js'
import { audioFormatSchema, heardSchema, VOICE_PROTOCOL_VERSION } from './shared.js'

type Json = { readonly [key: string]: unknown }
type MessageSchema = (typeof clientMessageSchema.options | typeof serverMessages)[number]

const info = {
  title: 'Parley voice socket',
  version: `${VOICE_PROTOCOL_VERSION}.0.0`,
  description: [
    'One conversation over one WebSocket: sound as binary messages, everything else as JSON objects with a `type`.',
    'The client says `hello`, the gateway answers `ready`, then both sides send as they like. Examples, limits and',
    'close codes: voice-socket.md beside this file.',
    '',
    'This file is generated from the schemas (`node scripts/generate-asyncapi.mjs`); do not edit it.',
  ].join('\n'),
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
}

/** Binary messages, which no schema of ours describes. */
const soundMessages = {
  'client-audio': {
    name: 'client-audio',
    title: 'Client audio',
    summary: 'A binary message: sound of the caller in the `input` format of the hello.',
    description:
      'PCM16, little-endian mono, any whole number of samples up to 1 s; or one raw Opus packet. Only after `hello`.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
  'server-audio': {
    name: 'server-audio',
    title: 'Server audio',
    summary: 'A binary message: sound of the reply named by the last `audio-begin`, in the `output` format.',
    description: 'PCM16, little-endian mono, at most 20 ms a message; or one raw Opus packet of 20 ms.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
}

/** The document as a plain object, in the order in which it reads well. */
export function voiceAsyncApi(): Json {
  const client = clientMessageSchema.options
  const server = serverMessages
  const clientNames = [...client.map(nameOf), 'client-audio']
  const serverNames = [...server.map(nameOf), 'server-audio']
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:3000', protocol: 'ws', description: 'A gateway with its defaults.' },
    },
    channels: { voice: channel([...clientNames, ...serverNames]) },
    operations: operations(clientNames, serverNames),
    components: {
      messages: { ...Object.fromEntries([...client, ...server].map(messageEntry)), ...soundMessages },
      schemas: schemas(client, server),
    },
  }
}

function channel(names: readonly string[]): Json {
  return {
    address: '/v1/voice',
    title: 'Voice socket',
    description: 'Also at `/voice-ws`. One session per socket.',
    messages: Object.fromEntries(names.map(name => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: {
      ws: {
        method: 'GET',
        query: {
          type: 'object',
          properties: {
            token: {
              type: 'string',
              description: 'Access token, where the `Authorization` header cannot be set (browsers).',
            },
          },
        },
        bindingVersion: '0.1.0',
      },
    },
  }
}

function operations(clientNames: readonly string[], serverNames: readonly string[]): Json {
  const voice = { $ref: '#/channels/voice' }
  const refs = (names: readonly string[]) =>
    names.map(name => ({ $ref: `#/channels/voice/messages/${name}` }))
  const answered = (request: string, answers: readonly string[], summary: string) => ({
    action: 'receive',
    channel: voice,
    summary,
    messages: refs([request]),
    reply: { channel: voice, messages: refs(answers) },
  })
  const withAnswer = ['hello', 'ping', 'interrupt', 'consent']
  return {
    begin: answered('hello', ['ready', 'error'], 'Opens or resumes a session.'),
    measure: answered('ping', ['pong'], 'Measures the round trip.'),
    interrupt: answered('interrupt', ['interrupted'], 'Takes the floor.'),
    consent: answered('consent', ['recording', 'error'], 'Says yes or no to being recorded.'),
    listen: {
      action: 'receive',
      channel: voice,
      summary: 'What else a client sends.',
      messages: refs(clientNames.filter(name => !withAnswer.includes(name))),
    },
    speak: {
      action: 'send',
      channel: voice,
      summary: 'What the gateway sends.',
      messages: refs(serverNames),
    },
  }
}

function messageEntry(schema: MessageSchema): [string, Json] {
  const name = nameOf(schema)
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

/** Its type, which the two of `prosody` share. */
export function nameOf({ shape }: MessageSchema): string {
  const type = shape.type.value
  return type === 'prosody' && 'side' in shape && 'value' in shape.side ? `${type}-${shape.side.value}` : type
}

/** JSON Schemas of the messages and of what several of them share. What is optional to send is optional here. */
function schemas(client: readonly MessageSchema[], server: readonly MessageSchema[]): Json {
  const registry = z.registry<{ id: string }>()
  registry.add(audioFormatSchema, { id: 'audio-format' })
  registry.add(heardSchema, { id: 'heard' })
  registry.add(ledgerSchema, { id: 'ledger-lines' })
  registry.add(prosodyFrameSchema, { id: 'prosody-frame' })
  registry.add(utteranceProsodySchema, { id: 'utterance-prosody' })
  registry.add(visemeCueSchema, { id: 'viseme' })
  for (const schema of [...client, ...server]) registry.add(schema, { id: nameOf(schema) })
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
