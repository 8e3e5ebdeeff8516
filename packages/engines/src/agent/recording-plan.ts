/** What an agent's file says of recording its conversations: whether, what the caller is told, and for how long. */

import { z } from 'zod'
import { text } from '../scripted/shape.js'

export const agentRecordingModes = ['never', 'announced', 'consent'] as const

const recordingShape = {
  mode: z.enum(agentRecordingModes),
  announcement: z
    .union([text, z.record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/), text)])
    .exactOptional(),
  retainDays: z
    .number()
    .min(0.01, 'must be from 0.01 to 36,500 days')
    .max(36_500, 'must be from 0.01 to 36,500 days')
    .exactOptional(),
}

export const recordingKeys: readonly string[] = Object.keys(recordingShape)

/** A mode alone is short for an object with it. */
export const recordingFile = z.preprocess(
  value => (typeof value === 'string' ? { mode: value } : value),
  z.strictObject(recordingShape),
)

type RecordingFileShape = z.output<typeof recordingFile>

export interface RecordingPlan {
  readonly mode: (typeof agentRecordingModes)[number]
  /** What the caller is told or, where consent is asked for, asked: by language (BCP 47, without a region for all of them). */
  readonly announcements: Readonly<Record<string, string>>
  readonly retainDays?: number
}

/** A single announcement is in the language of the agent. */
export function recordingPlanOf(
  file: RecordingFileShape | undefined,
  language: string,
): RecordingPlan | undefined {
  if (file === undefined) return undefined
  const { mode, announcement, retainDays } = file
  const announcements =
    announcement === undefined || typeof announcement === 'string'
      ? announcement === undefined
        ? {}
        : { [language]: announcement }
      : announcement
  return { mode, announcements, ...(retainDays === undefined ? {} : { retainDays }) }
}
