/** Whether a conversation is recorded, as its devices are told, and what is said of it on their own lines. */
import { z } from 'zod'

/** `off`: nothing is kept. `waiting`: nothing yet. `held`: not now, as its announcement was cut before its end. */
export const RECORDING_STATES = ['off', 'waiting', 'recording', 'held'] as const
export type RecordingState = (typeof RECORDING_STATES)[number]

/** As the status of a recording has it over HTTP (docs/recordings.md). */
export const RECORDING_CONSENTS = ['announced', 'asked', 'granted', 'refused'] as const

/** Of `hello`. */
export const earlyConsentSchema = z.boolean().optional().meta({
  description:
    'What the person has said of being recorded, on a page say: with `true` the agent does not ask, with `false` nothing is kept. What has to be announced is announced all the same. With `resume` and `join` it is ignored.',
})

export const consentSchema = z
  .object({
    type: z.literal('consent'),
    granted: z.boolean().meta({
      description: '`false` is the last word: what was kept is deleted, and nothing more is.',
    }),
  })
  .meta({
    title: 'Consent',
    description:
      'The person says yes or no to being recorded, at any time. Not for listeners. Answered by `recording`, also where nothing changed, or by `error`.',
    examples: [{ type: 'consent', granted: true }],
  })

export const recordingSchema = z
  .object({
    type: z.literal('recording'),
    state: z.enum(RECORDING_STATES).meta({
      description:
        '`recording`: what is said now is kept. `waiting`: nothing is kept yet. `held`: nothing until its announcement was heard to the end. `off`: nothing is kept, and what was is deleted.',
    }),
    consent: z.enum(RECORDING_CONSENTS).optional().meta({
      description:
        'Absent where nobody wants to record. `asked` waits for a yes or no; `announced` asks nobody.',
    }),
  })
  .meta({
    title: 'Recording',
    description:
      'Whether the conversation is recorded: after `ready` and `role`, if it is or may be, and at each change.',
    examples: [
      { type: 'recording', state: 'waiting', consent: 'asked' },
      { type: 'recording', state: 'recording', consent: 'granted' },
    ],
  })

/** Of recording, from the gateway. */
export const recordingMessages = [recordingSchema] as const

/** Whether a conversation is recorded, and what was said of that. */
export type RecordingNotice = Omit<z.infer<typeof recordingSchema>, 'type'>
