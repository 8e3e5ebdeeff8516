/**
 * Whether a host is one that only this machine or its network can reach: what a server of somebody else must never
 * send us to (cloud metadata, admin ports). Judges names and literal addresses; what a name resolves to is asked apart.
 */

/** `host` as in `URL.hostname`: an IPv6 address stands in brackets or not. */
export function isPrivateHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  if (name.includes(':')) return isPrivateV6(name)
  const v4 = v4Of(name)
  if (v4 !== undefined) return isPrivateV4(v4)
  return (
    !name.includes('.') || /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/.test(name)
  )
}

function v4Of(text: string): readonly number[] | undefined {
  const parts = text.split('.').map(Number)
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || parts.some(part => part > 255)) return undefined
  return parts
}

function isPrivateV4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true
  if (a === 100) return b >= 64 && b < 128
  if (a === 169) return b === 254
  if (a === 172) return b >= 16 && b < 32
  if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2))
  if (a === 198) return b === 18 || b === 19 || (b === 51 && c === 100)
  return a === 203 && b === 0 && c === 113
}

/** Only global unicast (2000::/3) is public, without the parts of it that carry or document other addresses. */
function isPrivateV6(text: string): boolean {
  const groups = groupsOf(text)
  if (groups === undefined) return true
  const [first = 0, second = 0] = groups
  const mapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff
  const translated = first === 0x64 && second === 0xff9b
  if (mapped || translated) return isPrivateV4(bytesOf(groups.slice(6)))
  if (first === 0x2002) return isPrivateV4(bytesOf(groups.slice(1, 3)))
  if (first === 0x2001) return second === 0 || second === 0xdb8
  return first < 0x2000 || first > 0x3fff
}

function groupsOf(text: string): readonly number[] | undefined {
  const tail = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text)
  const v4 = tail?.[2] === undefined ? undefined : v4Of(tail[2])
  const hex = v4 === undefined ? text : `${tail?.[1]}${pair(v4, 0)}:${pair(v4, 2)}`
  const halves = hex.split('::')
  if (halves.length > 2) return undefined
  const [head = [], back = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - back.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...back]
  if (!groups.every(group => /^[0-9a-f]{1,4}$/.test(group))) return undefined
  return groups.map(group => Number.parseInt(group, 16))
}

function pair(bytes: readonly number[], at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16)
}

function bytesOf(groups: readonly number[]): readonly number[] {
  return groups.flatMap(group => [group >> 8, group & 255])
}
