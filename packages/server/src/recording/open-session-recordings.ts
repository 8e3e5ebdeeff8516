/**
 * The recordings of a node's conversations, put together: plan, announcement, sound, table. What was decided at another node
 * (consent, refusal, deletion) is seen within `LOOK_MS`.
 */

import { type Clock, ParleyError } from '@parley/core'
import type {
  RecordingFormat,
  RecordingKey,
  RecordingMode,
  RecordingRow,
  RecordingRows,
  RecordingShares,
  RecordingShelf,
  Recordings,
  TenantPolicies,
} from '@parley/platform'
import type { Log } from '../log/log.js'
import type { RecordingMetrics } from '../metrics/recording-metrics.js'
import { type Announcing, createAnnouncing } from './announcing-engine.js'
import { createFinishRecordings } from './finish-recordings.js'
import { createLiveRecording, type LiveRecording } from './live-recording.js'
import { type ConversationPlan, planRecording } from './recording-plan.js'
import type { Answer } from './recording-words.js'
import type { RecordedSession, RecordingAround, SessionRecordings } from './session-recordings.js'

export interface SessionRecordingsOptions {
  readonly rows: RecordingRows
  readonly shares: RecordingShares
  readonly shelf: RecordingShelf
  readonly recordings: Recordings
  readonly policies: Pick<TenantPolicies, 'of'>
  /** Where neither agent nor tenant says. */
  readonly usual: RecordingMode
  readonly retainMs: number | undefined
  /** Hz of what `recordings` makes. */
  readonly rate: number
  readonly formats: readonly RecordingFormat[]
  /** This process, unlike any other. */
  readonly node: string
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
  readonly metrics: RecordingMetrics
  /** Whether no other process works on these rows: then what is unfinished at the start is nobody's. */
  readonly alone?: boolean
  /** Done with each sweep, beside ours. */
  tidy?(): Promise<void>
  /** A recording's files were made. */
  made?(): Promise<void>
}

export interface OpenSessionRecordings extends SessionRecordings {
  /** Recorded, or waiting for consent, now and here. */
  readonly active: number
  start(): void
  /** Once conversations are over: waits for what is written, and leaves what is not made to the next start. */
  close(signal: AbortSignal): Promise<void>
}

/** How often this node renews what it works on, and sees what others decided. */
export const LOOK_MS = 5_000
const SWEEP_MS = 60_000
const UNDELETED = 'Its files are still to be deleted.'

interface Live {
  readonly recording: LiveRecording
  readonly announcing: Announcing
  grantedByVoice: boolean
}

export function openSessionRecordings(options: SessionRecordingsOptions): OpenSessionRecordings {
  const { rows, shelf, node, clock, epochMs, log, metrics } = options
  const lives = new Map<string, Live>()
  const ending = new Set<Promise<void>>()
  const untold = new Set<string>()
  let stopLooking = () => {}
  let stopSweeping = () => {}
  let closed = false
  const finishing = createFinishRecordings({ ...options, erase })

  /** Says what is being done in the row first, so that whatever dies, somebody goes on with it. */
  async function erase(key: RecordingKey): Promise<void> {
    await rows.change(key, ['waiting', 'recording', 'finishing', 'ready', 'failed'], {
      status: 'deleted',
      problem: UNDELETED,
    })
    const live = lives.get(nameOf(key))
    live?.announcing.settle()
    await live?.recording.stop()
    await shelf.remove(key)
    await rows.change(key, ['deleted'], { problem: null })
    metrics.deleted()
  }

  async function planOf(session: RecordedSession): Promise<ConversationPlan | undefined> {
    const { tenant, agent, language } = session
    const policy = await options.policies.of(tenant)
    const plan = planRecording({
      agent,
      language,
      tenant: policy.recording,
      usual: options.usual,
      retainMs: options.retainMs,
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
    if (untold.has(about)) return
    if (untold.size < 1_000) untold.add(about)
    log.warn(sentence)
  }

  async function begin(session: RecordedSession): Promise<RecordingAround | undefined> {
    if (closed) return undefined
    try {
      const plan = await planOf(session)
      if (plan === undefined) return undefined
      const row = await rows.begin({
        tenant: session.tenant,
        id: session.id,
        subject: session.subject,
        status: 'waiting',
        consent: plan.mode === 'consent' ? 'asked' : 'announced',
        node,
        sampleRate: options.rate,
        ...(plan.retainMs === undefined ? {} : { retainUntilMs: epochMs() + plan.retainMs }),
      })
      if (row.status !== 'waiting' && row.status !== 'recording') return undefined
      return hold(session, plan, row)
    } catch (err) {
      log.error({ err, session: session.id }, 'a conversation is not recorded')
      return undefined
    }
  }

  function hold(session: RecordedSession, plan: ConversationPlan, row: RecordingRow): RecordingAround {
    const key = { tenant: session.tenant, id: session.id }
    const note = (doing: Promise<unknown>): void => {
      doing.catch(err =>
        log.warn({ err, session: key.id }, 'what is recorded was not noted; it is made all the same'),
      )
    }
    const announcing = createAnnouncing({
      plan,
      language: session.language,
      wasTold: session.goesOn || row.status === 'recording',
      bargeIn: session.agent.turns.bargeIn,
      announced: () => recording.start(),
      unheard: () => recording.hold(),
      answered: answer => answered(live, answer),
      unsayable() {
        if (plan.mode === 'announced')
          warnOnce(
            session.agent.agent,
            `${session.agent.agent} is not recorded: it cannot be made to announce it`,
          )
      },
    })
    const recording = createLiveRecording({
      key,
      clock,
      epochMs,
      recordings: options.recordings,
      roundTripMs: () => session.roundTripMs(),
      started: at => note(rows.change(key, ['waiting', 'recording'], { status: 'recording', ...at })),
      ended: handedOver => end(live, handedOver),
      event: event => announcing.event(event),
    })
    const live: Live = { recording, announcing, grantedByVoice: false }
    lives.set(nameOf(key), live)
    if (row.status === 'recording' || row.consent === 'granted') recording.start()
    return {
      tap: recording.tap,
      wrap: engine => announcing.wrap(engine),
      abandon: () => end(live, false),
    }
  }

  function answered(live: Live, answer: Answer): void {
    const { key } = live.recording
    const failed = (err: unknown) =>
      log.warn({ err, session: key.id }, 'an answer about recording was not noted')
    if (answer === 'yes') {
      live.grantedByVoice = true
      // At once: what is said next belongs to it.
      live.recording.start()
      consent(key, true).catch(failed)
    } else if (answer === 'no' || live.grantedByVoice) consent(key, false).catch(failed)
  }

  function end(live: Live, handedOver: boolean): void {
    const work = ended(live, handedOver)
      .catch(err =>
        log.warn({ err, session: live.recording.key.id }, 'a recording is left to be finished later'),
      )
      .finally(() => ending.delete(work))
    ending.add(work)
  }

  async function ended(live: Live, handedOver: boolean): Promise<void> {
    const { recording } = live
    const { key, state } = recording
    await recording.stop()
    lives.delete(nameOf(key))
    const droppedS = recording.dropped / options.rate
    if (droppedS > 0) metrics.dropped(droppedS)
    if (handedOver || state === 'stopped') return
    if (state === 'waiting') {
      // Also where consent was given at another node a moment ago: nothing of it was kept.
      await rows.change(key, ['waiting', 'recording'], { status: 'deleted', problem: null })
      return
    }
    // Nobody was told to the end: the little that was kept until then is not theirs to keep.
    if (state === 'held') return erase(key)
    const row = await rows.change(key, ['waiting', 'recording'], { status: 'finishing' })
    if (row === undefined) {
      // Deleted elsewhere: so is what was written since. Or this node was taken for dead, and another has made what there was.
      const now = await rows.read(key)
      if (now?.status === 'deleted') await shelf.remove(key)
      else log.warn({ session: key.id }, 'a recording was finished by another node; its end is missing')
      return
    }
    const problem =
      droppedS >= 0.1 ? `The disk was behind: ${droppedS.toFixed(1)} s of sound are silence.` : undefined
    void finishing.finish(key, problem)
  }

  async function consent(key: RecordingKey, granted: boolean): Promise<RecordingRow> {
    if (granted) {
      const row = await rows.change(key, ['waiting', 'recording'], { consent: 'granted' })
      if (row === undefined) throw await notNow(key)
      const live = lives.get(nameOf(key))
      live?.announcing.settle()
      live?.recording.start()
      return row
    }
    // Here and now, whatever the store takes its time for.
    const stopping = lives.get(nameOf(key))?.recording.stop()
    const row = await rows.change(key, ['waiting', 'recording', 'finishing', 'ready', 'failed'], {
      consent: 'refused',
      status: 'deleted',
      problem: UNDELETED,
    })
    await stopping
    if (row === undefined) throw await notNow(key)
    await erase(key)
    return (await rows.read(key)) ?? row
  }

  async function notNow(key: RecordingKey): Promise<ParleyError> {
    const row = await rows.read(key)
    if (row === undefined) return new ParleyError('not_found', 'There is no recording of that conversation.')
    if (row.status === 'deleted')
      return new ParleyError('conflict', 'It was refused or deleted; that stays so.')
    return new ParleyError('conflict', 'The conversation is over.')
  }

  /** Renews what this node works on, and does what was decided elsewhere. */
  async function look(): Promise<void> {
    const keys = [...lives.values()].map(({ recording }) => recording.key)
    const all = [...keys, ...finishing.keys]
    if (all.length === 0) return
    const known = await rows.renew(
      node,
      all.map(({ id }) => id),
    )
    for (const row of known) {
      const live = lives.get(nameOf(row))
      if (live === undefined) continue
      if (row.status === 'deleted' && live.recording.state !== 'stopped') {
        live.announcing.settle()
        await live.recording.stop()
        // What this node wrote after the other had deleted.
        await shelf.remove(row)
      } else if (row.consent === 'granted' && ['waiting', 'held'].includes(live.recording.state)) {
        live.announcing.settle()
        live.recording.start()
      }
    }
  }

  function repeat(everyMs: number, run: () => Promise<void>): () => void {
    let stop = () => {}
    let isOver = false
    const again = () => {
      if (isOver) return
      stop = clock.after(everyMs, () => {
        run()
          .catch(err => log.warn({ err }, 'recordings were not looked after'))
          .finally(again)
      })
    }
    again()
    return () => {
      isOver = true
      stop()
    }
  }

  return {
    shelf,
    shares: options.shares,
    begin,
    consent,
    async mayRecordCalls(tenant, { agent, recording }) {
      try {
        const modes = [recording?.mode, (await options.policies.of(tenant)).recording?.mode]
        return modes.every(mode => mode === undefined || mode === 'announced')
      } catch (err) {
        log.error({ err, agent }, 'a call is not recorded: what its tenant wants is not known')
        return false
      }
    },
    read: key => rows.read(key),
    async remove(key) {
      const row = await rows.read(key)
      if (row === undefined || row.status === 'deleted')
        throw new ParleyError('not_found', 'There is no recording of that conversation.')
      await erase(key)
    },
    get active() {
      return lives.size
    },
    start() {
      const sweep = async () => {
        await finishing.sweep()
        await options.tidy?.()
      }
      if (options.alone)
        finishing.sweep(0).catch(err => log.warn({ err }, 'unfinished recordings were not looked for'))
      stopLooking = repeat(LOOK_MS, look)
      stopSweeping = repeat(SWEEP_MS, sweep)
    },
    async close(signal) {
      closed = true
      stopLooking()
      stopSweeping()
      const written = Promise.all([...ending])
      await new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
        void written.then(() => resolve())
      })
      await finishing.close()
    },
  }
}

function nameOf({ tenant, id }: RecordingKey): string {
  return JSON.stringify([tenant, id])
}
