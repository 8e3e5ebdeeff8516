/**
 * What is told of the two sides of a live conversation: on `/prosody` to whoever subscribed, on `/v1/voice` to a client
 * whose `hello` asked for it. Places in the agent's sound are places in the reply's audio, so that a client that plays
 * it can show them as it is heard; `heardAtMs` is for those that do not.
 */
import { z } from 'zod'
import { prosodyFrameSchema, utteranceProsodySchema, visemeCueSchema } from './prosody-frame.js'

const reply = z.string().meta({ description: 'Id of the reply.' })
const heardAtMs = z.number().meta({
  description:
    'When the first of it is heard (agent) or was spoken (user), ms since the session began, by estimate.',
})

const frame = {
  atMs: 480,
  pitchHz: 182.4,
  voicing: 0.97,
  semitones: 1.2,
  energy: 0.62,
  rms: 0.072,
  levelDb: -22.8,
  loudness: -24.1,
  voicedFraction: 0.58,
  tilt: -8.4,
  centroidHz: 940,
  harmonicity: 17.5,
  syllableRate: 4.2,
  speaking: true,
  arousal: 0.56,
  emotion: 'neutral',
  clipped: false,
}

export const sideMessages = [
  z
    .object({
      type: z.literal('prosody'),
      side: z.literal('user'),
      heardAtMs,
      frames: z.array(prosodyFrameSchema).min(1).meta({ description: 'In order, one each `hopMs`.' }),
    })
    .meta({
      title: 'Prosody of the caller',
      description: 'How the caller speaks, frame by frame.',
      examples: [{ type: 'prosody', side: 'user', heardAtMs: 5480, frames: [frame] }],
    }),
  z
    .object({
      type: z.literal('prosody'),
      side: z.literal('agent'),
      reply,
      heardAtMs,
      frames: z
        .array(prosodyFrameSchema)
        .min(1)
        .meta({ description: 'In order; their `atMs` are places in the reply’s audio.' }),
    })
    .meta({
      title: 'Prosody of the agent',
      description: 'How the agent speaks, frame by frame, told before it is heard.',
      examples: [{ type: 'prosody', side: 'agent', reply: 'rpl_9f2c', heardAtMs: 3240, frames: [frame] }],
    }),
  z
    .object({
      type: z.literal('utterance'),
      side: z.enum(['user', 'agent']),
      reply: reply.optional(),
      utterance: utteranceProsodySchema,
    })
    .meta({
      title: 'Utterance',
      description: 'How a whole utterance was said, told when it is over.',
      examples: [
        {
          type: 'utterance',
          side: 'user',
          utterance: {
            fromMs: 4200,
            untilMs: 5760,
            pitch: {
              medianHz: 174,
              lowHz: 142,
              highHz: 221,
              rangeSemitones: 7.7,
              semitones: 0.4,
              final: 'rise',
              finalSlope: 14.2,
            },
            levelDb: -23.4,
            loudness: -24.6,
            syllables: 7,
            syllableRate: 4.8,
            pauses: 0,
            pauseMs: 0,
            voicedFraction: 0.61,
            arousal: 0.58,
            emotion: 'neutral',
            evidence: [{ cue: 'pitch', difference: 0.4, weight: 0.03 }],
          },
        },
      ],
    }),
  z
    .object({
      type: z.literal('visemes'),
      reply,
      heardAtMs,
      source: z.enum(['voice', 'text', 'audio']).meta({
        description: 'What they were taken from: the voice’s own times, its words, or the sound alone.',
      }),
      cues: z.array(visemeCueSchema).min(1),
    })
    .meta({
      title: 'Visemes',
      description:
        'Shapes of the agent’s mouth, told before they are heard. They take the place of those told from their first place on.',
      examples: [
        {
          type: 'visemes',
          reply: 'rpl_9f2c',
          heardAtMs: 3240,
          source: 'voice',
          cues: [
            { viseme: 'PP', startMs: 480, endMs: 560 },
            { viseme: 'aa', startMs: 560, endMs: 690 },
          ],
        },
      ],
    }),
  z.object({ type: z.literal('cleared'), reply, heardMs: z.number() }).meta({
    title: 'Cleared',
    description: 'What was told of this reply beyond `heardMs` is not heard, or is told again when it is.',
    examples: [{ type: 'cleared', reply: 'rpl_9f2c', heardMs: 1280 }],
  }),
] as const

export const sideMessageSchema = z.union(sideMessages)

export type SideMessage = z.infer<typeof sideMessageSchema>
