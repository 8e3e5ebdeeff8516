/** Bytes of a recording: a file, or what is piped in. Never more of it in memory than one piece. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ParleyError } from '@parley/core'

export interface OpenedSound {
  /** For people: the file, or `stdin`. */
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
  /** Undefined where it ends when it ends. */
  readonly sizeBytes: number | undefined
}

export interface SoundInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean
}

/** @throws ParleyError `bad_audio_file` where there is nothing to read. */
export async function openSound(
  path: string,
  stdin: SoundInput,
  stopped: () => boolean,
): Promise<OpenedSound> {
  if (path === '-') {
    if (stdin.isTTY) {
      const example = 'arecord -f S16_LE -r 16000 | parley prosody -'
      throw new ParleyError('bad_audio_file', `Nothing is piped in; give a WAV file, or pipe one: ${example}`)
    }
    return { name: 'stdin', bytes: pipedBytes(stdin, stopped), sizeBytes: undefined }
  }
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (found.isDirectory()) {
    throw new ParleyError('bad_audio_file', `${path} is a folder; name a WAV file in it.`)
  }
  return { name: path, bytes: fileBytes(path), sizeBytes: found.isFile() ? found.size : undefined }
}

/** A pipe that is closed because nobody wants more of it has ended, not failed. */
async function* pipedBytes(stdin: SoundInput, stopped: () => boolean): AsyncGenerator<Uint8Array> {
  try {
    yield* stdin
  } catch (cause) {
    if (!stopped()) throw unreadable('stdin', cause)
  }
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): ParleyError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code ?? cause)})`
  return new ParleyError('bad_audio_file', `${path} ${reason}; check the path.`, { cause })
}
