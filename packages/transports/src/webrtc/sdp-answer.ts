/** The library's answer as it goes out: refused sections put back in their places, addresses as the world sees them. */
import { isIPv4 } from 'node:net'
import type { Offer, OfferedSection } from './sdp-offer.js'

export interface AnswerAddress {
  /** IPv4 that stands in the place of the machine's own, for a server behind NAT whose ports are mapped one to one. */
  readonly advertisedAddress?: string
}

/** @param librarySdp the library's answer to `offer.takenSdp`. */
export function writeAnswer(librarySdp: string, offer: Offer, { advertisedAddress }: AnswerAddress): string {
  const lines = librarySdp.split(/\r\n|\n/).filter(line => line !== '')
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []))
  const head = lines.slice(0, starts[0])
  const answered = starts.map((start, index) => lines.slice(start, starts[index + 1]))
  const answer = [...head]
  for (const section of offer.sections) {
    const own = section.isTaken ? answered.shift() : undefined
    answer.push(...(own ?? refuse(section)))
  }
  const world = advertisedAddress === undefined ? answer : advertise(answer, advertisedAddress)
  return `${world.join('\r\n')}\r\n`
}

function refuse({ lines, mid }: OfferedSection): string[] {
  const [kind = '', , protocol = '', ...formats] = (lines[0] ?? '').split(' ')
  return [[kind, '0', protocol, ...formats].join(' '), 'c=IN IP4 0.0.0.0', 'a=inactive', `a=mid:${mid}`]
}

/** One host candidate for each port; the machine's own IPv4 addresses are not told. */
function advertise(lines: readonly string[], address: string): string[] {
  const told = new Set<string>()
  return lines.flatMap(line => {
    if (line.startsWith('c=IN IP4 ')) return [`c=IN IP4 ${address}`]
    const parts = line.split(' ')
    if (!line.startsWith('a=candidate:') || !line.includes(' typ host') || !isIPv4(parts[4] ?? ''))
      return [line]
    const port = parts[5] ?? ''
    if (told.has(port)) return []
    told.add(port)
    parts[4] = address
    return [parts.join(' ')]
  })
}
