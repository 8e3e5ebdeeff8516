/** What happens in a session beside turns and replies, and its end. */
import { z } from 'zod'
import { ledgerSchema } from './ledger-schema.js'
import { atMs, floor, reply, turn } from './message-fields.js'

export const sessionMessages = [
  z.object({ type: z.literal('dtmf'), atMs, digit: z.string() }).meta({
    title: 'Key',
    description: 'A telephone key was pressed.',
    examples: [{ type: 'dtmf', atMs: 3480, digit: '5' }],
  }),
  z.object({ type: z.literal('filler'), atMs, reply, text: z.string() }).meta({
    title: 'Filler',
    description: 'The agent says something while its answer is late.',
    examples: [{ type: 'filler', atMs: 4100, reply: 'rpl_9f2c', text: 'One moment.' }],
  }),
  z
    .object({
      type: z.literal('recovered'),
      atMs,
      floor,
      stuckMs: z.number().meta({ description: 'How long nothing could have changed it, in ms.' }),
    })
    .meta({
      title: 'Recovered',
      description: 'The conversation waited for nothing and was set going again; please report it.',
      examples: [{ type: 'recovered', atMs: 9100, floor: 'thinking', stuckMs: 3000 }],
    }),
  z.object({ type: z.literal('ledger'), atMs, turn, reply, ledger: ledgerSchema }).meta({
    title: 'Latency ledger',
    description: 'Where the time of this turn went. Sent after it is stored.',
    examples: [
      {
        type: 'ledger',
        atMs: 2950,
        turn: 'trn_2a',
        reply: 'rpl_9f2c',
        ledger: {
          totalMs: 800,
          unattributedMs: 0,
          heardSource: 'reported',
          stages: [
            { stage: 'endpoint', startMs: 0, durationMs: 500 },
            { stage: 'first-heard', startMs: 500, durationMs: 300 },
          ],
          context: { used: ['weather'], late: ['news'], failed: [] },
        },
      },
    ],
  }),
  z
    .object({ type: z.literal('note'), atMs, data: z.unknown().meta({ description: 'Any JSON value.' }) })
    .meta({
      title: 'Note',
      description: 'Something the agent decided to tell the client.',
      examples: [{ type: 'note', atMs: 4000, data: { booked: '09:30' } }],
    }),
  z
    .object({
      type: z.literal('warning'),
      atMs,
      code: z.string().meta({ description: 'Stable; the table is docs/errors.md.' }),
      message: z.string(),
    })
    .meta({
      title: 'Warning',
      description: 'A fault that does not end the session.',
      examples: [
        {
          type: 'warning',
          atMs: 5000,
          code: 'recogniser_failed',
          message: 'The speech recogniser failed; it is being restarted.',
        },
      ],
    }),
  z
    .object({
      type: z.literal('session-ended'),
      atMs,
      reason: z.string().meta({ description: 'E.g. `hang-up`, `client`, `idle`, `expired`, `error`.' }),
    })
    .meta({
      title: 'Session ended',
      description: 'The last message of a session; the socket closes after it.',
      examples: [{ type: 'session-ended', atMs: 60000, reason: 'client' }],
    }),
] as const
