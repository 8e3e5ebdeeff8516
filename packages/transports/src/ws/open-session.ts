/** From a hello to a session on its leg: finds the place, opens the codecs, asks the host. Sends nothing. */
import { defined, type SessionId } from '@parley/core'
import type { Hello } from '@parley/protocol'
import type { DeviceLine } from '../company/device-line.js'
import { noSuchSession } from '../company/device-rights.js'
import type { JoinPlace, OpenedSession, VoiceOpenRequest } from './voice-host.js'
import type { VoiceLeg } from './voice-leg.js'
import type { VoiceSocketOptions } from './voice-socket-options.js'

export interface SessionOpening extends Pick<VoiceSocketOptions, 'principal' | 'host' | 'edge'> {
  readonly hello: Hello
  /** Aborts when the socket goes away. */
  readonly signal: AbortSignal
  /** With the formats that are possible in that place. */
  openLeg(hello: Hello): Promise<VoiceLeg>
  /** Called once the session can be looked on at, before anything of it leaves on this leg. */
  begins(leg: VoiceLeg, session: SessionId): void
  /** What the device can resume with from here on; empty while it is not the speaker. */
  token(token: string): void
}

export interface SessionOnLeg {
  readonly leg: VoiceLeg
  readonly opened: OpenedSession
}

/** Undefined where the socket went away before the host was asked. Throws what `VoiceHost` throws. */
export async function openSession(opening: SessionOpening): Promise<SessionOnLeg | undefined> {
  const { hello, principal, host, edge, signal } = opening
  const place = await findPlace(opening)
  if (signal.aborted) return undefined
  // Of the sound of a conversation that is on there is one rate.
  const output = { ...hello.output, sampleRate: place?.outputRate ?? hello.output.sampleRate }
  const leg = await opening.openLeg({ ...hello, output })
  // The socket may have closed while the codecs were made.
  if (signal.aborted) return undefined
  const { resume: token } = hello
  const begins = (session: SessionId) => opening.begins(leg, session)
  const line = lineOf(leg, opening.token)
  const { transport } = leg
  const request = { hello, principal, transport, line, signal, begins, ...defined({ edge }) }
  if (place !== undefined) return { leg, opened: await place.sit(request) }
  const opened = token === undefined ? await host.open(request) : await host.resume({ ...request, token })
  return { leg, opened }
}

function lineOf({ hello, outbox, transport }: VoiceLeg, tokenIs: (token: string) => void): DeviceLine {
  return {
    name: hello.device,
    hears: hello.join?.hears ?? 'agent',
    transport,
    tell: message => {
      if (message.type === 'role') tokenIs(message.resumeToken ?? '')
      outbox.control(message)
    },
  }
}

/** Whoever can resume does: a device that took over joins again only where that fails. */
function findPlace({
  hello: { join, resume },
  host,
  principal,
  signal,
}: Pick<VoiceOpenRequest, 'hello' | 'principal' | 'signal'> & Pick<SessionOpening, 'host'>):
  | Promise<JoinPlace>
  | undefined {
  if (join === undefined || resume !== undefined) return undefined
  if (host.join === undefined) throw noSuchSession()
  return host.join({ join, principal, signal })
}
