import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzipSync } from 'node:zlib'

/**
 * A folder of small files as one: gzip over a line of JSON that lists folders and files with their sizes, and the
 * contents of the files in that order. Only for archives of our own: what one lists is not checked.
 */
interface Listing {
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

const endOfListing = '\n'

/** The archive of everything below the folder. */
export function packFolder(folder: string): Uint8Array {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const pathOf = (entry: (typeof entries)[number]) =>
    join(entry.parentPath, entry.name).slice(folder.length + 1)
  const folders = entries.filter(entry => entry.isDirectory()).map(pathOf)
  const contents = entries
    .filter(entry => entry.isFile())
    .map(pathOf)
    .map(path => ({ path, content: readFileSync(join(folder, path)) }))
  const listing: Listing = {
    folders: folders.sort(),
    files: contents.map(({ path, content }) => ({ path, bytes: content.length })),
  }
  const head = Buffer.from(JSON.stringify(listing) + endOfListing)
  return gzipSync(Buffer.concat([head, ...contents.map(({ content }) => content)]), { level: 9 })
}

/** What an archive holds, to be written once. @throws the file system's error, or zlib's for what is no whole archive */
export async function readArchive(archive: string): Promise<(into: string) => void> {
  const all = await promisify(gunzip)(await readFile(archive))
  const end = all.indexOf(endOfListing)
  const { folders, files } = JSON.parse(all.toString('utf8', 0, end)) as Listing
  return into => {
    mkdirSync(into, { recursive: true, mode: 0o700 })
    // Parents stand before what is in them.
    for (const path of folders) mkdirSync(join(into, path), { mode: 0o700 })
    let at = end + endOfListing.length
    for (const { path, bytes } of files) {
      writeFileSync(join(into, path), all.subarray(at, at + bytes), { mode: 0o600 })
      at += bytes
    }
  }
}
