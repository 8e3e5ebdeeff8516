/** SVG as text: every attribute and text is escaped here and nowhere else. */

export type Svg = { readonly markup: string }

type Attributes = Readonly<Record<string, string | number>>

export function tag(name: string, attributes: Attributes, ...children: readonly (Svg | string)[]): Svg {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(shown(value))}"`)
  const inner = children.map(child => (typeof child === 'string' ? escaped(child) : child.markup)).join('')
  return {
    markup: inner === '' ? `<${name}${pairs.join('')}/>` : `<${name}${pairs.join('')}>${inner}</${name}>`,
  }
}

/** A hundredth of a pixel is enough. */
function shown(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value
}

function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
