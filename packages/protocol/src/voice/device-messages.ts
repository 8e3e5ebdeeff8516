/** What the gateway tells the devices of one conversation of each other, and a late one of what was said. */
import { z } from 'zod'
import { atMs, reply, turn } from './message-fields.js'
import { DEVICE_ROLES } from './shared.js'

const deviceSchema = z
  .object({
    id: z.string().meta({ description: 'Id of the device in this conversation.' }),
    name: z.string().optional().meta({ description: 'As its `hello` calls it.' }),
    role: z.enum(DEVICE_ROLES),
    subject: z.string().meta({ description: 'Who uses it, as their token says.' }),
    joinedAtMs: atMs,
  })
  .meta({ title: 'Device', description: 'One device that stands in a conversation.' })

const pastEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), turn, text: z.string(), origin: z.enum(['speech', 'text']), atMs }),
  z.object({
    kind: z.literal('agent'),
    turn,
    reply,
    said: z.string(),
    heard: z.string().meta({ description: 'What reached the speaker’s ear.' }),
    interrupted: z.boolean(),
    atMs,
  }),
])

/** Between the devices of one conversation. */
export const deviceMessages = [
  z.object({ type: z.literal('devices'), devices: z.array(deviceSchema) }).meta({
    title: 'Devices',
    description: 'Who stands in the conversation: at the beginning if there are several, and on each change.',
    examples: [
      {
        type: 'devices',
        devices: [
          { id: 'dev_1', role: 'speaker', subject: 'ana', joinedAtMs: 0 },
          { id: 'dev_2', name: 'Kitchen tablet', role: 'listener', subject: 'ana', joinedAtMs: 8200 },
        ],
      },
    ],
  }),
  z
    .object({
      type: z.literal('role'),
      role: z.enum(DEVICE_ROLES),
      by: z.string().optional().meta({ description: 'Id of the device that caused it, where another did.' }),
      resumeToken: z.string().optional().meta({
        description:
          'Of the new speaker: its token from here on, as in `ready`. The one of the speaker before is void. Empty where it joins again instead.',
      }),
      receivedMs: z.number().optional().meta({
        description: 'Of the new speaker: where its sound begins on the line of `mediaMs`.',
      }),
    })
    .meta({
      title: 'Role',
      description: 'This device is something else now: it took over, or another device did.',
      examples: [{ type: 'role', role: 'controller', by: 'dev_2' }],
    }),
  z
    .object({
      type: z.literal('history'),
      entries: z.array(pastEntrySchema).meta({ description: 'Oldest first; at most the last 200.' }),
      truncated: z.boolean().meta({ description: 'Whether there was more before.' }),
    })
    .meta({
      title: 'History',
      description: 'What was said before this device joined. Comes once, after `ready`.',
      examples: [
        {
          type: 'history',
          entries: [{ kind: 'user', turn: 'trn_2a', text: 'Hello?', origin: 'speech', atMs: 900 }],
          truncated: false,
        },
      ],
    }),
] as const

export type Device = z.infer<typeof deviceSchema>
export type PastEntry = z.infer<typeof pastEntrySchema>
