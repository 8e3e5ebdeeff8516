/**
 * What a client tells after its offer: addresses it found since, as `application/trickle-ice-sdpfrag` (RFC 8840, 9).
 * Read, never run: lines that are not understood are passed over.
 */
import { ParleyError } from '@parley/core'

export interface SdpFragment {
  /** Of the ICE session the addresses belong to; another than the offer's asks for a restart. */
  readonly ufrag: string | undefined
  readonly candidates: readonly { readonly candidate: string; readonly mid: string }[]
}

/** @throws ParleyError `bad_message` */
export function readFragment(text: string): SdpFragment {
  let ufrag: string | undefined
  let mid = '0'
  const candidates: { candidate: string; mid: string }[] = []
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') continue
    if (!/^[a-z]=/.test(line)) throw new ParleyError('bad_message', 'A line is not of the form `x=…`.')
    const [, name = '', value = ''] = /^a=([a-z-]+):?(.*)$/.exec(line) ?? []
    if (name === 'mid') mid = value.trim().slice(0, 64)
    if (name === 'ice-ufrag') ufrag ??= value.trim()
    if (name === 'candidate') candidates.push({ candidate: line.slice('a='.length), mid })
  }
  return { ufrag, candidates }
}

/** Of an offer: those its sections name. */
export function ufragsOf(offerSdp: string): readonly string[] {
  return [...offerSdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, ufrag = '']) => ufrag)
}
