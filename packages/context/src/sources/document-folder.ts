/** The documents in a folder and below: what is there, and whether it changed. Hidden files and links are passed over. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { type Chunk, chunksOf, type DocumentKind } from './document-chunks.js'

export interface FoundFile {
  readonly path: string
  /** Relative to the folder, with `/`. */
  readonly name: string
  readonly changedAtMs: number
  readonly bytes: number
  readonly kind: DocumentKind
}

export interface FoundDocument {
  readonly file: FoundFile
  readonly chunks: readonly Chunk[]
}

const kinds: Readonly<Record<string, DocumentKind>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'text',
  '.html': 'html',
  '.htm': 'html',
}
const MAX_FILES = 2_000
const MAX_BYTES = 1_000_000

/** In order of names. @throws what the file system says. */
export async function filesIn(folder: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split(sep).join('/')
    const kind = kinds[extname(entry.name).toLowerCase()]
    if (kind === undefined || !entry.isFile() || /(^|\/)\./.test(name)) continue
    const { mtimeMs, size } = await stat(path)
    if (size <= MAX_BYTES) found.push({ path, name, changedAtMs: mtimeMs, bytes: size, kind })
    if (found.length >= MAX_FILES) break
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** The same as long as no file came, went or changed. */
export function signatureOf(files: readonly FoundFile[]): string {
  return files.map(({ name, changedAtMs, bytes }) => `${name}:${changedAtMs}:${bytes}`).join('\n')
}

/** Those that can be read; one that went away meanwhile is left out. */
export async function readAll(files: readonly FoundFile[]): Promise<readonly FoundDocument[]> {
  const documents: FoundDocument[] = []
  for (const file of files) {
    const content = await readFile(file.path, 'utf8').catch(() => undefined)
    if (content !== undefined) documents.push({ file, chunks: chunksOf(content, file.kind) })
  }
  return documents
}
