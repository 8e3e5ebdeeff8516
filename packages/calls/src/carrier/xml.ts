/** XML as carriers read it: elements of attributes and children, everything escaped, nothing that XML 1.0 forbids. */

export interface XmlElement {
  readonly name: string
  /** Undefined ones are left out. */
  readonly attributes?: Readonly<Record<string, string | number | undefined>>
  readonly children?: readonly (XmlElement | string)[]
}

// Control characters and lone surrogates cannot stand in XML, not even escaped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

/** Whether a text can stand in XML as it is. */
export function fitsXml(text: string): boolean {
  return text.search(forbidden) < 0
}

export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${element(root)}`
}

function element({ name, attributes = {}, children = [] }: XmlElement): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const head = name + given.map(([key, value]) => ` ${key}="${attribute(String(value))}"`).join('')
  if (children.length === 0) return `<${head}/>`
  return `<${head}>${children.map(child => (typeof child === 'string' ? text(child) : element(child))).join('')}</${name}>`
}

function text(value: string): string {
  return value
    .replace(forbidden, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}

/** A parser makes spaces of line ends and tabs in attributes unless they are written as numbers. */
function attribute(value: string): string {
  return text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}
