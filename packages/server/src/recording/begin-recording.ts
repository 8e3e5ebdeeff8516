/** Whether a conversation that begins is recorded, and what then stands around it. */

import type { Engine } from '@parley/core'
import type { RecordingKey, RecordingRow } from '@parley/platform'
import type { RecordingNotice } from '@parley/protocol'
import type { RecordingDecisions } from './decide-recording.js'
import type { RecordingEnds } from './end-recording.js'
import { type HeldRecording, holdRecording } from './held-recording.js'
import type { HeldRecordings } from './held-recordings.js'
import { type ConversationPlan, planRecording } from './recording-plan.js'
import type { RecordedSession, RecordingAround } from './session-recordings.js'
import type { SessionRecordingsOptions } from './session-recordings-options.js'

export interface BeginRecordingParts {
  readonly options: SessionRecordingsOptions
  readonly held: HeldRecordings
  readonly decisions: Pick<RecordingDecisions, 'consent'>
  readonly ends: Pick<RecordingEnds, 'end'>
}

export type BeginRecording = (session: RecordedSession) => Promise<RecordingAround | undefined>

/** Agents whose silence was logged. */
const MOST_WARNED = 1_000

export function createBeginRecording({
  options,
  held,
  decisions,
  ends,
}: BeginRecordingParts): BeginRecording {
  const { rows, node, clock, epochMs, log } = options
  const warned = new Set<string>()

  async function planOf(session: RecordedSession): Promise<ConversationPlan | undefined> {
    const { tenant, agent, language, consent } = session
    const policy = await options.policies.of(tenant)
    const plan = planRecording({
      agent,
      language,
      tenant: policy.recording,
      usual: options.usual,
      retainMs: options.retainMs,
      isGranted: consent === true,
    })
    if (plan === 'unsayable') {
      warnOnce(
        `${agent.agent}/${language}`,
        `${agent.agent} is not recorded in ${language}: write recording.announcement.${language} in its file`,
      )
    }
    return typeof plan === 'string' ? undefined : plan
  }

  function warnOnce(about: string, sentence: string): void {
    if (warned.has(about)) return
    if (warned.size < MOST_WARNED) warned.add(about)
    log.warn(sentence)
  }

  function hold(session: RecordedSession, plan: ConversationPlan, row: RecordingRow): RecordingAround {
    const key = { tenant: session.tenant, id: session.id }
    const mine: HeldRecording = holdRecording({
      ...{ session, plan, clock, epochMs },
      consent: row.consent,
      recordings: options.recordings,
      wasTold: session.goesOn || row.status === 'recording',
      started(at) {
        rows
          .change(key, ['waiting', 'recording'], { status: 'recording', ...at })
          .catch(err =>
            log.warn({ err, session: key.id }, 'what is recorded was not noted; it is made all the same'),
          )
      },
      answered(granted) {
        decisions
          .consent(key, granted)
          .catch(err => log.warn({ err, session: key.id }, 'an answer about recording was not noted'))
      },
      wordless: () =>
        warnOnce(
          `${session.agent.agent}/words`,
          `${session.agent.agent}: what the caller answered was not written down and is no consent; where that is always so, take consent by the API`,
        ),
      unsayable: () =>
        warnOnce(
          session.agent.agent,
          `${session.agent.agent} is not recorded: it cannot be made to announce it`,
        ),
      ended: handedOver => ends.end(mine, handedOver),
    })
    held.add(mine)
    if (row.status === 'recording') mine.recording.start()
    const { tap, wrap, watch } = mine
    return {
      ...{ tap, wrap, watch },
      get notice() {
        return mine.notice
      },
      consent: granted => said(key, mine, granted),
      abandon: () => ends.end(mine, false),
    }
  }

  /** It was refused before it began, or at another node. */
  function off(key: RecordingKey, { consent }: RecordingRow): RecordingAround {
    const notice: RecordingNotice = { state: 'off', consent }
    const wrap = (engine: Engine) => engine
    const around = { notice, wrap, tap: undefined, watch() {}, abandon() {} }
    return { ...around, consent: granted => said(key, around, granted) }
  }

  /** A no that was said before changes nothing. */
  async function said(
    key: RecordingKey,
    around: Pick<RecordingAround, 'notice'>,
    granted: boolean,
  ): Promise<void> {
    if (granted || around.notice.state !== 'off') await decisions.consent(key, granted)
  }

  return async session => {
    try {
      const plan = await planOf(session)
      if (plan === undefined) return undefined
      const { consent } = session
      const asked = consent ? 'granted' : 'asked'
      const row = await rows.begin({
        tenant: session.tenant,
        id: session.id,
        subject: session.subject,
        status: consent === false ? 'deleted' : 'waiting',
        consent: consent === false ? 'refused' : plan.mode === 'consent' ? asked : 'announced',
        node,
        sampleRate: options.rate,
        ...(plan.retainMs === undefined ? {} : { retainUntilMs: epochMs() + plan.retainMs }),
      })
      const isOn = row.status === 'waiting' || row.status === 'recording'
      return isOn ? hold(session, plan, row) : off({ tenant: session.tenant, id: session.id }, row)
    } catch (err) {
      log.error({ err, session: session.id }, 'a conversation is not recorded')
      return undefined
    }
  }
}
