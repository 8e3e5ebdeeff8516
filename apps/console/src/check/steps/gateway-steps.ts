/** The page itself, and the gateway over plain HTTP. */
import { bad, type CheckWorld, good, note, type Outcome } from '../check-types.js'
import { within } from '../within.js'

const HTTP_MS = 8_000

export async function checkPage(): Promise<Outcome> {
  if (!globalThis.isSecureContext) return bad('page-insecure')
  const missing = [
    ['WebSocket', 'WebSocket' in globalThis],
    ['AudioWorklet', 'AudioWorklet' in globalThis],
    ['WebRTC', 'RTCPeerConnection' in globalThis],
    ['getUserMedia', navigator.mediaDevices?.getUserMedia !== undefined],
  ].flatMap(([name, has]) => (has ? [] : [String(name)]))
  if (missing.length > 0) return bad('page-lacks', { missing: missing.join(', ') })
  return good('page-good', { protocol: location.protocol.replace(':', '') })
}

export async function checkGateway({ origin, signal }: CheckWorld): Promise<Outcome> {
  const beganMs = performance.now()
  try {
    const response = await ask(`${origin}/health`, {}, signal)
    const ms = Math.round(performance.now() - beganMs)
    return response.ok ? good('gateway-good', { ms }) : bad('gateway-status', { status: response.status })
  } catch {
    return bad('gateway-silent')
  }
}

interface VoiceHealth {
  readonly status: string
  readonly checks: Readonly<Record<string, string>>
  readonly error?: string
}

/** Its store, Redis and vendors, as it last found them. */
export async function checkHealth({ origin, signal }: CheckWorld): Promise<Outcome> {
  try {
    const response = await ask(`${origin}/api/voice/health`, {}, signal)
    const { checks, error } = (await response.json()) as VoiceHealth
    const ill = Object.entries(checks).flatMap(([name, state]) => (state === 'unhealthy' ? [name] : []))
    if (ill.length > 0) return bad('health-ill', { ill: ill.join(', '), error })
    return good('health-good', { checked: Object.keys(checks).join(', ') })
  } catch {
    return note('health-unknown')
  }
}

/** Asks for the ICE servers, which needs the right to talk; they are what later steps try. */
export async function checkToken(world: CheckWorld): Promise<Outcome> {
  const { origin, token, signal } = world
  try {
    const response = await ask(`${origin}/v1/webrtc/ice`, rights(token), signal)
    if (response.ok) {
      const { iceServers } = (await response.json()) as { iceServers: readonly RTCIceServer[] }
      world.iceServers = iceServers
      return good(token === '' ? 'token-none' : 'token-good')
    }
    if (response.status === 401) return bad(token === '' ? 'token-needed' : 'token-refused')
    if (response.status === 403) return bad('token-lacks')
    return bad('token-status', { status: response.status })
  } catch {
    return bad('gateway-silent')
  }
}

export function rights(token: string): Record<string, string> {
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

function ask(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  return within(HTTP_MS, signal, fetch(url, { headers, cache: 'no-store', signal }))
}
