/** Conversations over WebRTC: begun over HTTP, found again by their id, counted at the door as sockets are. */
import { ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import {
  loadRtcLibrary,
  type RtcLibrary,
  serveVoiceCall,
  type VoiceCall,
  type VoiceCallOptions,
} from '@parley/transports'
import type { Door } from '../door/routes.js'
import { type SdpFragment, ufragsOf } from './sdp-fragment.js'

export interface VoiceCallsOptions
  extends Pick<
    VoiceCallOptions,
    'host' | 'log' | 'prosody' | 'opusManner' | 'resampling' | 'network' | 'listenRate'
  > {
  readonly door: Pick<Door, 'hold'>
  /** Nobody is let in who does not encrypt: a call is sealed by DTLS, whose fingerprint a proxy could change. */
  readonly requireEncryption: boolean
  readonly world: Omit<VoiceCallOptions['world'], 'library'>
  /** Loads the WebRTC stack. Default: the installed one. */
  readonly load?: () => Promise<RtcLibrary>
}

export interface BegunCall {
  readonly id: string
  readonly answer: string
  /** Of the call's ICE session. */
  readonly etag: string
}

export type Trickled = 'taken' | 'too-many' | 'restart' | 'other-session' | 'not-found'

export interface VoiceCalls {
  /** @throws ParleyError as the door: `overloaded`, `rate_limited`, `draining`; `bad_message` for the offer */
  begin(
    call: Pick<VoiceCallOptions, 'offerSdp' | 'principal' | 'hello' | 'signal'> & {
      readonly principal: Principal
    },
  ): Promise<BegunCall>
  /** Further addresses of the client, for the ICE session that `etag` names. */
  trickle(id: string, principal: Principal, fragment: SdpFragment & { readonly etag: string }): Trickled
  /** False for a call that is not, or belongs to another tenant or subject. */
  hangUp(id: string, principal: Principal): boolean
  /** Clients are told; each session ends its call in its own time. */
  announceDraining(deadlineMs: number): void
}

interface OpenCall {
  readonly call: VoiceCall
  readonly owner: Principal
  readonly etag: string
  readonly ufrags: readonly string[]
}

export function createVoiceCalls({
  door,
  world,
  load = loadRtcLibrary,
  requireEncryption,
  ...leg
}: VoiceCallsOptions): VoiceCalls {
  const open = new Map<string, OpenCall>()
  let library: Promise<RtcLibrary> | undefined

  /** Tried again by the next call where it failed. */
  function loaded(): Promise<RtcLibrary> {
    library ??= load().catch(error => {
      library = undefined
      throw error
    })
    return library
  }

  function found(id: string, { tenant, subject }: Principal): OpenCall | undefined {
    const known = open.get(id)
    return known?.owner.tenant === tenant && known.owner.subject === subject ? known : undefined
  }

  return {
    async begin(asked) {
      const { principal, offerSdp } = asked
      if (requireEncryption) throw new ParleyError('encryption_required')
      const release = door.hold(principal)
      const id = `rtc_${nameOf(world.random)}`
      let over = false
      const onEnd = () => {
        if (over) return
        over = true
        release()
        open.delete(id)
      }
      try {
        const call = await serveVoiceCall({
          ...leg,
          ...asked,
          world: { ...world, library: await loaded() },
          onEnd,
        })
        const etag = `"${nameOf(world.random)}"`
        if (!over) open.set(id, { call, owner: principal, etag, ufrags: ufragsOf(offerSdp) })
        return { id, answer: call.answerSdp, etag }
      } catch (error) {
        onEnd()
        throw error
      }
    },
    trickle(id, principal, { etag, ufrag, candidates }) {
      const known = found(id, principal)
      if (known === undefined) return 'not-found'
      // RFC 9725, 4.4.3: `*` and new credentials are how a restart is asked for.
      if (etag === '*') return 'restart'
      if (etag !== known.etag) return 'other-session'
      if (ufrag !== undefined && !known.ufrags.includes(ufrag)) return 'restart'
      return known.call.addCandidates(candidates) ? 'taken' : 'too-many'
    },
    hangUp(id, principal) {
      const known = found(id, principal)
      known?.call.hangUp()
      return known !== undefined
    },
    announceDraining(deadlineMs) {
      for (const { call } of open.values()) call.announceDraining(deadlineMs)
    },
  }
}

/** 22 letters and digits: over 100 bits. */
function nameOf(random: () => number): string {
  return Array.from({ length: 22 }, () => Math.floor(random() * 36).toString(36)).join('')
}
