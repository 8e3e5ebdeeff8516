/**
 * What an SDP offer (RFC 8866, RFC 8829) asks for, as far as a call answers it: one audio section, one data section,
 * the rest refused. Everything is bounded, and what is wrong is a `bad_message` that says what; nothing of the offer is
 * repeated in it.
 */
import { isIP } from 'node:net'
import { ParleyError } from '@parley/core'
import type { RtpCodecName } from './rtp-codec.js'

export interface OfferLimits {
  readonly offerBytes: number
  /** Sections; browsers offer two. */
  readonly offerSections: number
  /** Candidates that are tried; the rest are left out. */
  readonly offerCandidates: number
}

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface OfferedCodec {
  readonly name: RtpCodecName
  readonly payloadType: number
  /** Whether the offerer can use the coarse copies of Opus (`useinbandfec=1`). */
  readonly usesFec: boolean
}

export interface OfferedAudio {
  readonly mid: string
  /** As the offerer sees it. */
  readonly direction: MediaDirection
  readonly codec: OfferedCodec
}

export interface OfferedSection {
  /** The `m=` line and what belongs to it. */
  readonly lines: readonly string[]
  readonly kind: string
  readonly mid: string
  /** Whether it is answered; the others are refused. */
  readonly isTaken: boolean
}

export interface Offer {
  /** Lines before the first section. */
  readonly head: readonly string[]
  readonly sections: readonly OfferedSection[]
  readonly audio: OfferedAudio | undefined
  readonly hasData: boolean
  /** The offer with nothing in it but what is taken, and without addresses. */
  readonly takenSdp: string
  /** Addresses of the far end, as `candidate:…`. */
  readonly candidates: readonly OfferedCandidate[]
}

export interface OfferedCandidate {
  readonly candidate: string
  readonly mid: string
}

const codecNames: readonly (readonly [RtpCodecName, RegExp])[] = [
  ['opus', /^opus\/48000\/2$/i],
  ['PCMU', /^pcmu\/8000(\/1)?$/i],
  ['PCMA', /^pcma\/8000(\/1)?$/i],
]
const staticTypes = new Map([
  [0, 'PCMU/8000'],
  [8, 'PCMA/8000'],
])

function bad(message: string): ParleyError {
  return new ParleyError('bad_message', `The SDP offer is not usable: ${message}`)
}

/** @throws ParleyError `too_large` or `bad_message`. */
export function readOffer(sdp: string, limits: OfferLimits): Offer {
  if (sdp.length > limits.offerBytes) {
    throw new ParleyError('too_large', `The SDP offer is over ${limits.offerBytes} bytes.`)
  }
  const lines = sdp.split(/\r\n|\n|\r/).filter(line => line !== '')
  if (lines[0] !== 'v=0') throw bad('it does not begin with `v=0`.')
  if (!lines.every(line => /^[a-z]=/.test(line))) throw bad('a line is not of the form `x=…`.')
  const [head, ...parts] = split(lines)
  if (parts.length === 0) throw bad('it has no media section.')
  if (parts.length > limits.offerSections) throw bad(`it has over ${limits.offerSections} media sections.`)
  const sections = takeSections(parts)
  const taken = sections.filter(({ isTaken }) => isTaken)
  if (taken.length === 0) throw bad('it has neither audio nor a data channel.')
  for (const { lines: own } of taken) requireTransport([...head, ...own])
  const audioSection = taken.find(({ kind }) => kind === 'audio')
  return {
    head,
    sections,
    audio: audioSection && readAudio(audioSection),
    hasData: taken.some(({ kind }) => kind === 'application'),
    takenSdp: writeTaken(head, taken),
    candidates: candidatesOf(taken).slice(0, limits.offerCandidates),
  }
}

function split(lines: readonly string[]): [head: string[], ...sections: string[][]] {
  const parts: [string[], ...string[][]] = [[]]
  for (const line of lines) {
    if (line.startsWith('m=')) parts.push([])
    parts.at(-1)?.push(line)
  }
  return parts
}

/** The first audio and the first data section that are not already refused. */
function takeSections(parts: readonly string[][]): OfferedSection[] {
  const wanted = new Set(['audio', 'application'])
  const mids = new Set<string>()
  return parts.map((lines, index) => {
    const { kind, isOpen } = readMediaLine(lines)
    const mid = attributeOf(lines, 'mid') ?? String(index)
    if (!/^[\w!#$%&'*+.^`{|}~-]{1,64}$/.test(mid)) throw bad('a `mid` is not a token.')
    if (mids.has(mid)) throw bad('two sections have the same `mid`.')
    mids.add(mid)
    const isTaken = isOpen && wanted.has(kind)
    if (isTaken) wanted.delete(kind)
    return { lines, kind, mid, isTaken }
  })
}

function readMediaLine(lines: readonly string[]): { kind: string; isOpen: boolean } {
  const match = /^m=([a-z]+) (\d{1,5})(?:\/\d+)? (\S+) /.exec(`${lines[0]} `)
  if (match === null) throw bad('an `m=` line is malformed.')
  const [, kind = '', port, protocol = ''] = match
  const isBundled = lines.includes('a=bundle-only')
  const isOurs = kind === 'application' ? /DTLS\/SCTP$/.test(protocol) : /TLS\/RTP\/SAVPF?$/.test(protocol)
  return { kind, isOpen: isOurs && (port !== '0' || isBundled) }
}

function requireTransport(lines: readonly string[]): void {
  for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint']) {
    if (attributeOf(lines, name) === undefined) throw bad(`\`a=${name}\` is missing.`)
  }
}

function readAudio({ lines, mid }: OfferedSection): OfferedAudio {
  const types = (lines[0] ?? '').split(' ').slice(3).map(Number)
  const codecs = types.flatMap(type => offeredCodec(lines, type) ?? [])
  // Opus wherever it is: it repairs loss, and carries twice the band.
  const codec = codecs.find(({ name }) => name === 'opus') ?? codecs[0]
  if (codec === undefined) throw bad('its audio has none of Opus, PCMU and PCMA.')
  const direction = (['sendonly', 'recvonly', 'inactive'] as const).find(way => lines.includes(`a=${way}`))
  return { mid, direction: direction ?? 'sendrecv', codec }
}

function offeredCodec(lines: readonly string[], payloadType: number): OfferedCodec | undefined {
  if (!Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) return undefined
  const map = lines.find(line => line.startsWith(`a=rtpmap:${payloadType} `))
  const encoding = map?.slice(map.indexOf(' ') + 1).trim() ?? staticTypes.get(payloadType) ?? ''
  const name = codecNames.find(([, pattern]) => pattern.test(encoding))?.[0]
  if (name === undefined) return undefined
  const parameters = lines.find(line => line.startsWith(`a=fmtp:${payloadType} `)) ?? ''
  return { name, payloadType, usesFec: /[ ;]useinbandfec=1(;|\s|$)/.test(parameters) }
}

/**
 * Candidates are only taken as addresses: a name would have us ask a resolver on a stranger's behalf, and browsers'
 * `.local` names are of no use to us. Who hides its address finds us, and ICE learns it from that.
 */
export function isTried(line: string): boolean {
  const [, , transport = '', , address = ''] = line.split(/\s+/)
  return transport.toLowerCase() === 'udp' && isIP(address) !== 0
}

function candidatesOf(taken: readonly OfferedSection[]): OfferedCandidate[] {
  return taken.flatMap(({ lines, mid }) => {
    const tried = lines.filter(line => line.startsWith('a=candidate:') && isTried(line))
    return tried.map(line => ({ candidate: line.slice('a='.length), mid }))
  })
}

function writeTaken(head: readonly string[], taken: readonly OfferedSection[]): string {
  const mids = taken.map(({ mid }) => mid).join(' ')
  const isAddress = (line: string) => /^a=(candidate:|end-of-candidates)/.test(line)
  const lines = [
    ...head.map(line => (line.startsWith('a=group:BUNDLE') ? `a=group:BUNDLE ${mids}` : line)),
    ...taken.flatMap(({ lines: own, mid }) => {
      const kept = own.filter(line => !isAddress(line))
      return attributeOf(own, 'mid') === undefined ? [...kept, `a=mid:${mid}`] : kept
    }),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function attributeOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find(one => one.startsWith(`a=${name}:`))
  return line?.slice(name.length + 3).trim()
}
