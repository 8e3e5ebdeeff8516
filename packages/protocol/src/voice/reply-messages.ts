/** What is told of the agent's replies. */
import { z } from 'zod'
import { decisionSchema } from './ledger-schema.js'
import { atMs, reasons, reply, turn } from './message-fields.js'
import { heardSchema } from './shared.js'

export const replyMessages = [
  z.object({ type: z.literal('reply-prepared'), atMs, turn, reply }).meta({
    title: 'Reply prepared',
    description:
      'An answer is being made before the turn is over; it is heard only if the turn ends as it is.',
    examples: [{ type: 'reply-prepared', atMs: 2500, turn: 'trn_2a', reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('reply-discarded'),
      atMs,
      turn,
      reply,
      audioMs: z.number().meta({ description: 'Sound made and not heard, in ms.' }),
      words: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
    })
    .meta({
      title: 'Reply discarded',
      description: 'A prepared answer was thrown away unheard; what it had cost.',
      examples: [
        {
          type: 'reply-discarded',
          atMs: 2560,
          turn: 'trn_2a',
          reply: 'rpl_9f2c',
          audioMs: 340,
          words: 3,
          inputTokens: 0,
          outputTokens: 0,
        },
      ],
    }),
  z.object({ type: z.literal('reply-started'), atMs, turn, reply }).meta({
    title: 'Reply started',
    description: 'A reply begins to be sent.',
    examples: [{ type: 'reply-started', atMs: 2700, turn: 'trn_2a', reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('reply-words'),
      atMs,
      reply,
      text: z.string().meta({ description: 'The next words, as they read when joined.' }),
      untilMs: z.number().meta({ description: 'Where they end in the reply’s audio.' }),
    })
    .meta({
      title: 'Reply words',
      description: 'Words of the reply, as their audio is sent.',
      examples: [{ type: 'reply-words', atMs: 2760, reply: 'rpl_9f2c', text: 'We open ', untilMs: 420 }],
    }),
  z
    .object({
      type: z.literal('reply-sent'),
      atMs,
      reply,
      totalMs: z.number().meta({
        description:
          'True length of the reply’s audio; the last Opus packet may be padded with silence beyond it.',
      }),
    })
    .meta({
      title: 'Reply sent',
      description: 'All of the reply’s audio has been sent; it may still be playing.',
      examples: [{ type: 'reply-sent', atMs: 4100, reply: 'rpl_9f2c', totalMs: 1530 }],
    }),
  z
    .object({
      type: z.literal('reply-ended'),
      atMs,
      turn,
      reply,
      said: z.string().meta({ description: 'The whole text of the reply.' }),
      heard: heardSchema,
      interrupted: z.boolean(),
      decision: decisionSchema.optional(),
    })
    .meta({
      title: 'Reply ended',
      description: 'Sent after it is stored. `said` is the whole text, `heard.text` what reached the ear.',
      examples: [
        {
          type: 'reply-ended',
          atMs: 4400,
          turn: 'trn_2a',
          reply: 'rpl_9f2c',
          said: 'We open at nine.',
          heard: {
            reply: 'rpl_9f2c',
            ms: 840,
            text: 'We open at',
            complete: false,
            source: 'reported',
            errorMs: 20,
          },
          interrupted: true,
        },
      ],
    }),
  z
    .object({
      type: z.literal('ducked'),
      atMs,
      reply,
      afterOnsetMs: z.number().meta({
        description: 'From the arrival of the caller’s first voiced sample to the lowered voice, in ms.',
      }),
    })
    .meta({
      title: 'Ducked',
      description: 'The caller spoke into the reply; it was lowered until it is clear what they want.',
      examples: [{ type: 'ducked', atMs: 3300, reply: 'rpl_9f2c', afterOnsetMs: 64 }],
    }),
  z.object({ type: z.literal('resumed'), atMs, reply }).meta({
    title: 'Resumed',
    description: 'It was nothing: the reply goes on at its old level.',
    examples: [{ type: 'resumed', atMs: 3600, reply: 'rpl_9f2c' }],
  }),
  z
    .object({
      type: z.literal('judged'),
      atMs,
      reply,
      ruling: z.enum(['hold', 'claim', 'pass']).meta({
        description:
          '`hold`: silence until it is clear; `claim`: the caller takes the floor; `pass`: the reply goes on.',
      }),
      afterOnsetMs: z.number().meta({
        description: 'From the arrival of the caller’s first sample to the ruling, in ms.',
      }),
      reasons,
    })
    .meta({
      title: 'Judged',
      description: 'What the gateway made of speech into the reply, and why.',
      examples: [
        {
          type: 'judged',
          atMs: 3480,
          reply: 'rpl_9f2c',
          ruling: 'pass',
          afterOnsetMs: 512,
          reasons: [{ kind: 'backchannel', text: 'mm-hm' }],
        },
      ],
    }),
] as const
