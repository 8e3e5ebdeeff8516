/** Whether a conversation is recorded, and what its caller is told: of agent and tenant the stricter decides. */

import type { Agent } from '@parley/engines'
import { type RecordingMode, recordingModes, type TenantPolicy } from '@parley/platform'
import { inLanguage, recordingWordsOf } from './recording-words.js'

export interface ConversationPlan {
  readonly mode: Exclude<RecordingMode, 'never'>
  /** Said, or asked, as it stands. */
  readonly text: string
  readonly granted: string
  readonly refused: string
  /** How long the recording is kept from its beginning, ms; undefined for as long as nobody deletes it. */
  readonly retainMs: number | undefined
}

export interface PlanQuestion {
  readonly agent: Pick<Agent, 'recording'>
  /** BCP 47, of the conversation. */
  readonly language: string
  readonly tenant: TenantPolicy['recording']
  /** Where neither says. */
  readonly usual: RecordingMode
  /** Of the gateway: the longest. */
  readonly retainMs: number | undefined
  /** Consent was given before the conversation: nobody has to be asked in its language. */
  readonly isGranted?: boolean
}

const DAY_MS = 86_400_000

/** `never`, or `unsayable` where nobody could tell the caller in their language. */
export function planRecording(question: PlanQuestion): ConversationPlan | 'never' | 'unsayable' {
  const { agent, language, tenant, usual } = question
  const said = [agent.recording?.mode, tenant?.mode].filter(mode => mode !== undefined)
  const mode = recordingModes.find(each => said.includes(each)) ?? usual
  if (mode === 'never') return 'never'
  const words = recordingWordsOf(language)
  const text =
    inLanguage(agent.recording?.announcements ?? {}, language) ??
    (mode === 'consent' ? words?.question : words?.announced)
  if (text === undefined && !(question.isGranted && mode === 'consent')) return 'unsayable'
  const retentions = [
    question.retainMs,
    daysMs(agent.recording?.retainDays),
    daysMs(tenant?.retainDays),
  ].filter(ms => ms !== undefined)
  return {
    mode,
    text: text ?? '',
    granted: words?.granted ?? '',
    refused: words?.refused ?? '',
    retainMs: retentions.length === 0 ? undefined : Math.min(...retentions),
  }
}

function daysMs(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days * DAY_MS
}
