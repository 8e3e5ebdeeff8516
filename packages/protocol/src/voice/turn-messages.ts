/** What is told of the session's beginning, the floor and the caller's turns. */
import { z } from 'zod'
import { atMs, floor, mediaMs, reasons, turn } from './message-fields.js'

export const turnMessages = [
  z
    .object({
      type: z.literal('session-started'),
      atMs,
      session: z.string().meta({ description: 'Id of the session.' }),
      language: z.string().meta({ description: 'BCP 47.' }),
    })
    .meta({
      title: 'Session started',
      description: 'Agent and caller can begin.',
      examples: [{ type: 'session-started', atMs: 0, session: 'ses_5kq1', language: 'en' }],
    }),
  z
    .object({
      type: z.literal('floor-changed'),
      atMs,
      floor,
    })
    .meta({
      title: 'Floor changed',
      description: 'Somebody took or left the floor.',
      examples: [{ type: 'floor-changed', atMs: 912, floor: 'user' }],
    }),
  z.object({ type: z.literal('speech-started'), atMs, turn, mediaMs }).meta({
    title: 'Speech started',
    description: 'The caller’s voice began.',
    examples: [{ type: 'speech-started', atMs: 912, turn: 'trn_2a', mediaMs: 860 }],
  }),
  z.object({ type: z.literal('speech-ended'), atMs, turn, mediaMs }).meta({
    title: 'Speech ended',
    description: 'The caller’s voice ended; the turn may still go on.',
    examples: [{ type: 'speech-ended', atMs: 2410, turn: 'trn_2a', mediaMs: 2110 }],
  }),
  z
    .object({
      type: z.literal('transcript-partial'),
      atMs,
      turn,
      text: z.string().meta({ description: 'The whole text of the turn so far; may change.' }),
    })
    .meta({
      title: 'Transcript, partial',
      description: 'What the recogniser believes so far.',
      examples: [{ type: 'transcript-partial', atMs: 1500, turn: 'trn_2a', text: 'what are' }],
    }),
  z
    .object({
      type: z.literal('transcript-final'),
      atMs,
      turn,
      text: z.string().meta({ description: 'The whole text of the turn so far; will not change.' }),
      origin: z.enum(['speech', 'text']).meta({ description: 'Heard, or typed.' }),
      startMs: z.number().meta({ description: 'First voiced sample, in received audio.' }),
      endMs: z.number().meta({ description: 'Last voiced sample, in received audio.' }),
    })
    .meta({
      title: 'Transcript, final',
      description: 'Sent after it is stored.',
      examples: [
        {
          type: 'transcript-final',
          atMs: 2600,
          turn: 'trn_2a',
          text: 'what are your opening hours',
          origin: 'speech',
          startMs: 860,
          endMs: 2110,
        },
      ],
    }),
  z
    .object({
      type: z.literal('turn-committed'),
      atMs,
      turn,
      endpoint: z
        .object({
          ms: z.number().meta({ description: 'Silence that was waited for, in ms.' }),
          complete: z.number().meta({
            description: 'Probability, at the beginning of the silence, that the turn was over.',
          }),
          reasons,
        })
        .optional()
        .meta({ description: 'How the end of a spoken turn was found; absent where it was told.' }),
    })
    .meta({
      title: 'Turn committed',
      description: 'The caller’s turn is over and will be answered.',
      examples: [
        {
          type: 'turn-committed',
          atMs: 2620,
          turn: 'trn_2a',
          endpoint: { ms: 320, complete: 0.8, reasons: [{ kind: 'final-fall', value: -4.1 }] },
        },
      ],
    }),
  z.object({ type: z.literal('turn-reopened'), atMs, turn }).meta({
    title: 'Turn reopened',
    description: 'The caller went on before anything of the answer was heard: the turn was not over.',
    examples: [{ type: 'turn-reopened', atMs: 2800, turn: 'trn_2a' }],
  }),
] as const
