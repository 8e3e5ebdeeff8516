import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './parley-process.js'

export interface Document {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
}

/** What people read: the pages at the root and everything under docs. */
export function documents(): readonly Document[] {
  const top = readdirSync(root).filter(name => name.endsWith('.md'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true })
    .map(name => join('docs', String(name)))
    .filter(name => name.endsWith('.md'))
  return [...top, ...docs].map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Every command of the fenced `bash` blocks, without comments; lines that end in a backslash are joined. */
export function commandsOf({ text }: Document): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:bash|sh|shell)\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  return blocks
    .flatMap(block => block.replace(/\\\n\s*/g, '').split('\n'))
    .map(line => line.replace(/(^|\s)#\s.*$/, '').trim())
    .filter(line => line !== '')
}

/** The links of a page that lead nowhere: files that are not there, headings that no page has. */
export function deadLinks({ path, text }: Document): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets
    .filter(target => !/^[a-z]+:/.test(target))
    .filter(target => {
      const [file = '', anchor] = target.split('#')
      const full = file === '' ? join(root, path) : join(root, dirname(path), file)
      if (relative(root, full).startsWith('..') || !existsSync(full)) return true
      return anchor !== undefined && full.endsWith('.md') && !anchorsOf(full).includes(anchor)
    })
}

/** Anchors of headings as the usual hosts make them. */
function anchorsOf(path: string): readonly string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+\s+(.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}
