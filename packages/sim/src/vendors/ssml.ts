/**
 * Reads SSML as strictly as vendors do: well-formed XML with `speak` around everything. Gives the text that is left to
 * say, its marks, and the prosody in which it stands, so that a test can tell what a voice was asked for.
 */

export interface Ssml {
  /** What is said, entities resolved. */
  readonly text: string
  /** In order; `words` is how many words stand before the mark. */
  readonly marks: readonly { readonly name: string; readonly words: number }[]
  /** Every element with its attributes, in order of opening. */
  readonly elements: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, string>>
  }[]
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const token =
  /<!--[\s\S]*?-->|<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** Undefined if it is broken. */
export function readSsml(document: string): Ssml | undefined {
  const open: string[] = []
  const marks: { name: string; words: number }[] = []
  const elements: { name: string; attributes: Record<string, string> }[] = []
  let text = ''
  let roots = 0
  if (notXml.test(document)) return undefined
  token.lastIndex = 0
  for (let at = 0; at < document.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(document)
    if (match === null) return undefined
    const [whole, closed, opened, attributes = '', empty] = match
    if (whole.startsWith('<!--')) continue
    if (closed !== undefined) {
      if (open.pop() !== closed) return undefined
    } else if (opened !== undefined) {
      if (open.length === 0 && (opened !== 'speak' || ++roots > 1)) return undefined
      const read = readAttributes(attributes)
      if (read === undefined) return undefined
      elements.push({ name: opened, attributes: read })
      if (opened === 'mark') marks.push({ name: read.name ?? '', words: wordsIn(text) })
      if (empty === '') open.push(opened)
    } else {
      const said = resolved(whole)
      if (said === undefined || (open.length === 0 && said.trim() !== '')) return undefined
      text += said
    }
  }
  return open.length === 0 && roots === 1 ? { text, marks, elements } : undefined
}

function readAttributes(text: string): Record<string, string> | undefined {
  const attributes: Record<string, string> = {}
  for (const [, name = '', one, other] of text.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const value = resolved(one ?? other ?? '')
    if (value === undefined || name in attributes) return undefined
    attributes[name] = value
  }
  return attributes
}

/** Undefined where an ampersand begins no entity. */
function resolved(text: string): string | undefined {
  let broken = false
  const plain = text.replace(/&(?:(#x[\da-f]+|#\d+|\w+);)?/gi, (_, name: string | undefined) => {
    const character = name === undefined ? undefined : characterOf(name)
    broken ||= character === undefined
    return character ?? ''
  })
  return broken ? undefined : plain
}

function characterOf(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name]
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code <= 0x10_ffff ? String.fromCodePoint(code) : undefined
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}
