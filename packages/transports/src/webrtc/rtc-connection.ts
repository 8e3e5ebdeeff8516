/**
 * One connection of the library: an offer in, an answer out, its states, and its end, which is told once.
 *
 * Nothing is trickled: the answer leaves with all our candidates, or with those there are after `gatherMs`. The far end
 * finds us by them; its own are only tried where it has not after `findMs`.
 */
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { DataChannel, IceServer, PeerConnection } from 'node-datachannel'
import type { RtcLibrary } from './rtc-library.js'
import type { RtcLimits } from './rtc-limits.js'
import { isTried, type Offer } from './sdp-offer.js'

export interface RtcNetwork {
  /** STUN and TURN servers; none are needed where our own addresses can be reached. Default none. */
  readonly iceServers?: readonly (string | IceServer)[]
  /** Address to listen on. Default all. */
  readonly bindAddress?: string
  /** UDP ports, both included; if they are one, all calls share it. Default any. */
  readonly portRange?: { readonly from: number; readonly to: number }
  /** IPv4 under which the world reaches this machine, with the same ports; told in place of its own. */
  readonly advertisedAddress?: string
}

export type RtcEnd =
  /** We closed it. */
  | 'closed'
  /** The far end closed it. */
  | 'gone'
  /** No connection came about, or it broke. */
  | 'failed'
  /** The far end did what it must not, or does not read; or we failed: see the error. */
  | 'error'

export interface RtcConnectionOptions {
  readonly library: RtcLibrary
  readonly clock: Clock
  readonly network: RtcNetwork
  readonly limits: Pick<
    RtcLimits,
    'offerCandidates' | 'gatherMs' | 'findMs' | 'connectMs' | 'disconnectedMs' | 'channelMessageBytes'
  >
  onConnected(): void
  onChannel(channel: DataChannel): void
  onEnd(end: RtcEnd, error: ParleyError | undefined): void
}

export interface RtcConnection {
  readonly native: PeerConnection
  readonly isOver: boolean
  /** The library's answer. @throws ParleyError `bad_message` for an offer it refuses. */
  answer(offer: Pick<Offer, 'takenSdp' | 'candidates'>): Promise<string>
  /** What the far end tells of itself after its offer. False where it is over the most that are taken. */
  addCandidates(candidates: Offer['candidates']): boolean
  /** Ends it; what comes after the first does nothing. */
  end(end: RtcEnd, error?: ParleyError): void
  /** A callback for the library, which must not throw into it. */
  guard<Rest extends unknown[]>(run: (...rest: Rest) => void): (...rest: Rest) => void
}

export function openRtcConnection(options: RtcConnectionOptions): RtcConnection {
  const { library, clock, network, limits } = options
  const native = new library.PeerConnection('parley', configOf(network, limits))
  let over = false
  let connected = false
  let deadline: Cancel = () => {}
  let stopFinding: Cancel = () => {}
  let gathered = () => {}
  /** Of the far end: found in its offer or told later, and not sought yet. */
  let known: Offer['candidates'] = []
  let knownCount = 0
  let seeking = false

  function end(how: RtcEnd, error?: ParleyError): void {
    if (over) return
    over = true
    deadline()
    stopFinding()
    gathered()
    // Tracks and channels first: the library lets go only of what was closed one by one.
    options.onEnd(how, error)
    native.close()
  }

  const guard: RtcConnection['guard'] =
    run =>
    (...rest) => {
      if (over) return
      try {
        run(...rest)
      } catch (thrown) {
        end('error', ParleyError.from(thrown))
      }
    }

  function timeout(ms: number, what: string): void {
    deadline()
    deadline = clock.after(ms, () => end('failed', new ParleyError('timeout', what)))
  }

  /**
   * Far ends find us, at once. Sought before they have the answer they would already be reached, but not understand
   * our handshake, whose next try is a second later.
   */
  function seek(): void {
    seeking = true
    if (connected) return
    for (const { candidate, mid } of known) native.addRemoteCandidate(candidate, mid)
    known = []
  }

  function addCandidates(candidates: Offer['candidates']): boolean {
    const tried = candidates.filter(({ candidate }) => isTried(candidate))
    const fitting = tried.slice(0, limits.offerCandidates - knownCount)
    knownCount += fitting.length
    known = [...known, ...fitting]
    if (seeking && !over) seek()
    return fitting.length === tried.length
  }

  function onState(state: string): void {
    if (state === 'closed') return end('gone')
    if (state === 'failed')
      return end('failed', new ParleyError('timeout', 'No way to the far end was found.'))
    if (state === 'disconnected') {
      return timeout(limits.disconnectedMs, 'The far end was lost and did not come back.')
    }
    if (state !== 'connected') return
    deadline()
    if (connected) return
    connected = true
    options.onConnected()
  }

  native.onStateChange(guard(onState))
  native.onGatheringStateChange(guard(state => state === 'complete' && gathered()))
  native.onDataChannel(guard(channel => options.onChannel(channel)))

  return {
    native,
    get isOver() {
      return over
    },
    addCandidates,
    end,
    guard,
    async answer({ takenSdp, candidates }) {
      addCandidates(candidates)
      const whole = new Promise<void>(resolve => {
        gathered = resolve
      })
      try {
        native.setRemoteDescription(takenSdp, 'offer')
        native.setLocalDescription('answer')
      } catch (cause) {
        throw new ParleyError('bad_message', 'The SDP offer is not usable: the WebRTC stack refuses it.', {
          cause,
        })
      }
      if (native.gatheringState() !== 'complete') {
        const cancel = clock.after(limits.gatherMs, gathered)
        await whole
        cancel()
      }
      if (over) throw new ParleyError('timeout', 'The call ended before it was answered.')
      timeout(limits.connectMs, `The far end did not connect within ${limits.connectMs} ms of the answer.`)
      stopFinding = clock.after(limits.findMs, guard(seek))
      const description = native.localDescription()
      if (description === null) throw new ParleyError('internal', 'The WebRTC stack made no answer.')
      return description.sdp
    },
  }
}

function configOf(network: RtcNetwork, limits: RtcConnectionOptions['limits']) {
  const { iceServers = [], bindAddress, portRange } = network
  return {
    iceServers: [...iceServers],
    disableAutoNegotiation: true,
    maxMessageSize: limits.channelMessageBytes,
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ...(portRange === undefined
      ? {}
      : {
          portRangeBegin: portRange.from,
          portRangeEnd: portRange.to,
          enableIceUdpMux: portRange.from === portRange.to,
        }),
  }
}
