/**
 * The ways this browser can be reached by UDP: its own addresses, those a STUN server sees, those a TURN server lends. Each
 * server is asked by itself, so that the one that does not answer can be named.
 */
import { bad, type CheckWorld, good, note, type Outcome } from '../check-types.js'
import { pause } from '../within.js'

const GATHER_MS = 6_000

interface Gathered {
  readonly types: ReadonlySet<string>
  /** Of STUN and TURN; 401 is a wrong password, 701 a server that does not answer (Chromium). */
  readonly errorCode: number | undefined
}

export async function checkAddresses({ iceServers }: CheckWorld): Promise<Outcome> {
  const [own, ...each] = await Promise.all([gather([]), ...iceServers.map(server => gather([server]))])
  const relays = iceServers.flatMap((server, index) => (isTurn(server) ? [each[index]] : []))
  const seen = each.some(gathered => gathered?.types.has('srflx'))
  const values = {
    host: own.types.has('host'),
    serverReflexive: seen,
    relay: relays.some(gathered => gathered?.types.has('relay')),
    servers: iceServers.length,
  }
  const deadRelay = iceServers.findIndex(
    (server, index) => isTurn(server) && !each[index]?.types.has('relay'),
  )
  if (deadRelay >= 0) {
    const code = each[deadRelay]?.errorCode
    const fact = code === 401 ? 'addresses-turn-password' : 'addresses-turn-silent'
    return bad(fact, { ...values, url: urlOf(iceServers[deadRelay]), code })
  }
  if (!values.host && !seen && !values.relay) return bad('addresses-none', values)
  if (iceServers.length === 0) return good('addresses-own', values)
  if (!seen && !values.relay) return note('addresses-stun-silent', values)
  return good('addresses-good', values)
}

async function gather(iceServers: RTCIceServer[]): Promise<Gathered> {
  const types = new Set<string>()
  let errorCode: number | undefined
  const connection = new RTCPeerConnection({ iceServers })
  const complete = new Promise<void>(resolve => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) resolve()
      else if (candidate.type !== null) types.add(candidate.type)
    }
    connection.onicecandidateerror = event => {
      errorCode = event.errorCode
    }
  })
  connection.createDataChannel('check')
  await connection.setLocalDescription()
  await Promise.race([complete, pause(GATHER_MS)])
  connection.close()
  return { types, errorCode }
}

function urlOf(server: RTCIceServer | undefined): string {
  return server === undefined ? '' : [server.urls].flat().join(', ')
}

function isTurn(server: RTCIceServer): boolean {
  return /^turns?:/.test(urlOf(server))
}
