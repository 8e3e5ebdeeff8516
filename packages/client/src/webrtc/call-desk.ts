/** What a call asks of its gateway over HTTP (docs/webrtc.md). */
import type { RtcSurroundings } from './webrtc-types.js'

export interface CallDesk {
  /** Never rejects: a call without servers still works where the gateway can be reached. */
  iceServers(): Promise<RTCIceServer[]>
  offer(sdp: string): Promise<Offered>
  /** Never rejects: who has not been found by then is found by what the answer says. */
  trickle(place: CallPlace, fragment: string): Promise<void>
  /** Ends the conversation; never rejects, and outlives the page. */
  end(place: CallPlace): Promise<void>
}

export interface CallPlace {
  readonly url: string
  readonly etag: string | undefined
}

export type Offered =
  | { readonly ok: true; readonly answer: string; readonly place: CallPlace }
  | { readonly ok: false; readonly status: number; readonly code: string }

const CALLS_PATH = '/v1/webrtc'

/** `socketAddress` is the ws(s) address of the same gateway. */
export function createCallDesk(
  socketAddress: string,
  token: string | undefined,
  { fetch: ask }: Pick<RtcSurroundings, 'fetch'>,
): CallDesk {
  const url = new URL(CALLS_PATH, socketAddress.replace(/^ws/, 'http'))
  const rights: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  return {
    async iceServers() {
      try {
        const response = await ask(`${url.href}/ice`, { headers: rights, cache: 'no-store' })
        const { iceServers } = (await response.json()) as { iceServers?: RTCIceServer[] }
        return iceServers ?? []
      } catch {
        return []
      }
    },
    async offer(sdp) {
      const headers = { ...rights, 'content-type': 'application/sdp' }
      const response = await ask(url.href, { method: 'POST', headers, body: sdp })
      if (response.status !== 201) return { ok: false, status: response.status, code: await codeOf(response) }
      const place = new URL(response.headers.get('location') ?? '', url).href
      const etag = response.headers.get('etag') ?? undefined
      return { ok: true, answer: await response.text(), place: { url: place, etag } }
    },
    async trickle({ url: place, etag }, fragment) {
      const headers = {
        ...rights,
        'content-type': 'application/trickle-ice-sdpfrag',
        ...(etag === undefined ? {} : { 'if-match': etag }),
      }
      await ask(place, { method: 'PATCH', headers, body: fragment }).catch(() => {})
    },
    async end({ url: place }) {
      await ask(place, { method: 'DELETE', headers: rights, keepalive: true }).catch(() => {})
    },
  }
}

async function codeOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: { code?: string } }
    return error?.code ?? `http_${response.status}`
  } catch {
    return `http_${response.status}`
  }
}

/** The candidates of a description as a fragment (RFC 8840, 9); undefined where there are none. */
export function fragmentOf(sdp: string): string | undefined {
  const wanted = /^(m=audio |a=(ice-ufrag|ice-pwd|mid|candidate|end-of-candidates)\b)/
  // All sections share the way of the first.
  const [, first = ''] = sdp.split('\r\nm=')
  const lines = `m=${first}`.split('\r\n').filter(line => wanted.test(line))
  return lines.some(line => line.startsWith('a=candidate')) ? `${lines.join('\r\n')}\r\n` : undefined
}
