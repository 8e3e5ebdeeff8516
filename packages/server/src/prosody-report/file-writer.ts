/** A file that grows line by line: written in pieces, and complete or named in an error. */
import { type FileHandle, open } from 'node:fs/promises'
import { ParleyError } from '@parley/core'

export interface FileWriter {
  add(text: string): void
  /** Writes what was added; call it between pieces, so that little is held. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** `option` is named where it cannot be written. @throws ParleyError `bad_config` */
export async function openFileWriter(path: string, option: string): Promise<FileWriter> {
  const fail = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `${option} ${path} cannot be written (${reason}).`, { cause })
  }
  const file: FileHandle = await open(path, 'w').catch(fail)
  let held: string[] = []
  async function flush(): Promise<void> {
    if (held.length === 0) return
    const text = held.join('')
    held = []
    await file.appendFile(text).catch(fail)
  }
  return {
    add: text => void held.push(text),
    flush,
    async close() {
      await flush()
      await file.close()
    },
  }
}
