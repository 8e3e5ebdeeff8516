/** Where recordings are kept. One implementation is a folder; an object store or encryption can be another. */

import type { CallKey } from '../call.js'
import type { RecordingSink } from './recording-sink.js'

export interface RecordingFile {
  readonly name: string
  readonly sizeBytes: number
}

export interface ByteRange {
  /** First byte, and the first one that is not wanted any more. */
  readonly from: number
  readonly to: number
}

/** Names are letters, digits, `-` and `.`, up to 80; another tenant's files look like missing ones. */
export interface RecordingShelf {
  /** A new file. @throws ParleyError `conflict` where there is one, `store_failed` */
  create(call: CallKey, name: string): Promise<RecordingSink>
  /** Writes over the beginning of a file that is there. */
  patch(call: CallKey, name: string, bytes: Uint8Array): Promise<void>
  list(call: CallKey): Promise<readonly RecordingFile[]>
  /** @throws ParleyError `not_found` */
  read(call: CallKey, name: string, range?: ByteRange): Promise<Uint8Array>
  /** Deletes one file, or all of the call's; what is not there is no fault. */
  remove(call: CallKey, name?: string): Promise<void>
}
