/** How sessions of this process are found again: by their speaker with its token, by other devices with their rights. */

import { timingSafeEqual } from 'node:crypto'
import { defined, ParleyError, type SessionId } from '@parley/core'
import type { DeviceRole } from '@parley/protocol'
import {
  type JoinPlace,
  mayBe,
  noSuchSession,
  type OpenedSession,
  type Seat,
  type VoiceJoinRequest,
  type VoicePrincipal,
  type VoiceResumeRequest,
} from '@parley/transports'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import type { OpenSession, SessionDesk } from './desk-contract.js'

export type DeskJoins = Pick<SessionDesk, 'resume' | 'join' | 'end' | 'devicesOf'>

export interface DeskJoinsParts {
  readonly open: ReadonlyMap<SessionId, OpenSession>
  readonly log: Log
  readonly metrics: Pick<Metrics, 'joinsRefused' | 'countDevices'>
  /** Of a session that is not here. Throws as `VoiceHost.resume`. */
  goOn(request: VoiceResumeRequest): Promise<OpenedSession>
}

export function createDeskJoins({ open, log, metrics, goOn }: DeskJoinsParts): DeskJoins {
  async function resume(request: VoiceResumeRequest): Promise<OpenedSession> {
    const { token, principal, transport, line, begins } = request
    const found = [...open.values()].find(other => sameSecret(other.token, token))
    if (found === undefined) return goOn(request)
    const { tenant, subject } = principal
    if (found.principal.tenant !== tenant || found.speaker !== subject) throw new ParleyError('resume_failed')
    if (transport.outputRate !== found.outputRate) {
      const message = `This session speaks at ${found.outputRate} Hz; resume with the same output format.`
      throw new ParleyError('resume_failed', message)
    }
    begins?.(found.facts.session as SessionId)
    const { session, company, facts } = found
    const seat = company.back(line, subject)
    session.attach(transport)
    log.info({ session: session.id, tenant }, 'session resumed')
    return { ...facts, ...seated(found, line && seat), resumed: true, receivedMs: session.receivedMs }
  }

  /** What stands here and the principal may be this in. */
  function visible(id: string, role: DeviceRole, principal: VoicePrincipal): OpenSession | undefined {
    const found = open.get(id as SessionId)
    return found?.stands && mayBe(role, principal, found.principal) ? found : undefined
  }

  async function join({ join: { session: id, as }, principal }: VoiceJoinRequest): Promise<JoinPlace> {
    const found = visible(id, 'listener', principal)
    if (found === undefined) throw refused(noSuchSession())
    if (!mayBe(as, principal, found.principal)) {
      throw refused(
        new ParleyError('forbidden', 'This token may listen in here, not more; join as `listener`.'),
      )
    }
    const { session, company, outputRate, facts } = found
    return {
      outputRate,
      async sit({ line, begins }) {
        const { subject } = principal
        const mayTakeOver = mayBe('speaker', principal, found.principal)
        begins?.(session.id)
        try {
          const { seat, token: resumeToken = '' } = company.join({ line, subject, as, mayTakeOver })
          log.info({ session: session.id, tenant: principal.tenant, subject, as }, 'device joined')
          const receivedMs = as === 'speaker' ? session.receivedMs : undefined
          return { ...facts, resumeToken, resumed: false, seat, ...defined({ receivedMs }) }
        } catch (thrown) {
          throw refused(ParleyError.from(thrown))
        }
      },
    }
  }

  function refused(error: ParleyError): ParleyError {
    metrics.joinsRefused.inc({ code: error.code })
    return error
  }

  async function end(id: string, principal: VoicePrincipal): Promise<void> {
    const found = visible(id, 'controller', principal)
    if (found === undefined) throw noSuchSession()
    log.info({ session: id, tenant: principal.tenant, subject: principal.subject }, 'session ended by order')
    await found.session.end('hang-up')
  }

  metrics.countDevices(() => {
    const roles = { listener: 0, controller: 0, speaker: 0 }
    for (const { company } of open.values()) for (const { role } of company.devices) roles[role] += 1
    return roles
  })

  return {
    resume,
    join,
    end,
    devicesOf: (id, principal) => visible(id, 'listener', principal)?.company.devices,
  }
}

/** Another device may have taken over before this one was told that it stands. */
export function seated({ token }: OpenSession, seat: Seat | undefined) {
  return { resumeToken: seat === undefined || seat.role === 'speaker' ? token : '', ...defined({ seat }) }
}

function sameSecret(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
