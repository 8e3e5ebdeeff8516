/** Documents that tell a call what to do (TwiML, cXML), read into verbs. Names and defaults as Twilio documents them. */

import { XMLParser, XMLValidator } from 'fast-xml-parser'

export interface Verb {
  /** As written: `Say`, `Connect`, … */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** Text directly inside, trimmed. */
  readonly text: string
  readonly children: readonly Verb[]
}

/** What is wrong with a document, with the code the vendor has for it. */
export class DocumentError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.name = 'DocumentError'
    this.code = code
  }
}

/** Longest document that is read, characters. */
const MOST_CHARACTERS = 64_000

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

type Node = Readonly<Record<string, unknown>>

/** @throws DocumentError */
export function readDocument(xml: string): readonly Verb[] {
  if (xml.length > MOST_CHARACTERS) throw new DocumentError(11750, 'The document is too long.')
  const valid = XMLValidator.validate(xml)
  if (valid !== true) throw new DocumentError(12100, `The document is no XML: ${valid.err.msg}`)
  const roots = (parser.parse(xml) as readonly Node[]).map(verbOf).filter(verb => verb !== undefined)
  const [root] = roots
  if (root?.name !== 'Response' || roots.length > 1)
    throw new DocumentError(12102, 'The document does not begin with <Response>.')
  return root.children
}

function verbOf(node: Node): Verb | undefined {
  const name = Object.keys(node).find(key => key !== ':@')
  if (name === undefined || name === '#text') return undefined
  const inside = node[name] as readonly Node[]
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, unknown>)
  return {
    name,
    attributes: Object.fromEntries(attributes.map(([key, value]) => [key, String(value)])),
    text: inside
      .map(child => child['#text'] ?? '')
      .join(' ')
      .trim(),
    children: inside.map(verbOf).filter(verb => verb !== undefined),
  }
}

/** A whole number of an attribute, within bounds. */
export function countOf(verb: Verb, name: string, { is, most }: { is: number; most: number }): number {
  const given = verb.attributes[name]
  if (given === undefined || !/^\d{1,9}$/.test(given)) return is
  return Math.min(Number(given), most)
}
