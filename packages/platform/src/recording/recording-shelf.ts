/**
 * Where recordings are kept: a folder, an object store, either behind a seal. Files are written once from their beginning to
 * their end; another tenant's look like missing ones.
 */

/** One recording, of a session or of a phone call: ids of both are unlike each other. */
export interface RecordingKey {
  readonly tenant: string
  readonly id: string
}

export interface RecordingFile {
  readonly name: string
  readonly sizeBytes: number
}

/** A file that grows at its end. */
export interface RecordingSink {
  /**
   * Puts bytes behind those that are there; they may be changed once it has resolved. After one that failed comes the same again,
   * or the end. One at a time. @throws ParleyError `store_failed`, `store_full`
   */
  append(bytes: Uint8Array): Promise<void>
  /** The file is whole. */
  close(): Promise<void>
}

/** A file that is seen by nobody before it is put in its place. */
export interface RecordingDraft extends RecordingSink {
  /**
   * Once it is closed: puts it in its place in one step, whole, over what is there.
   * @throws ParleyError `not_found` where somebody removed it meanwhile, `store_failed`
   */
  place(): Promise<void>
}

/** One file to read from, for as long as it is open. */
export interface RecordingReader {
  readonly sizeBytes: number
  /** Bytes from one place to before another; fewer where the file ends. @throws ParleyError `store_failed`, `store_unavailable` */
  read(from: number, to: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Names are small letters, digits, `-` and `.`, up to 80. */
export interface RecordingShelf {
  /** A new file. @throws ParleyError `conflict` where there is one, `store_failed`, `store_full` */
  create(key: RecordingKey, name: string): Promise<RecordingSink>
  /** A new file aside; `by` is unlike that of any other draft of this name. @throws as `create` */
  draft(key: RecordingKey, name: string, by: string): Promise<RecordingDraft>
  /** Deletes a recording's drafts, all or those of some `by`: none of them can be put in place any more. */
  removeDrafts(key: RecordingKey, whose?: (by: string) => boolean): Promise<void>
  /** By name. @throws ParleyError `store_failed`, `store_unavailable` */
  list(key: RecordingKey): Promise<readonly RecordingFile[]>
  /** @throws ParleyError `not_found`, `store_failed`, `store_unavailable` */
  open(key: RecordingKey, name: string): Promise<RecordingReader>
  /** Deletes one file, or all of the recording's; what is not there is no fault. */
  remove(key: RecordingKey, name?: string): Promise<void>
}

/** All of a file. @throws as `open` and `read` */
export async function readRecordingFile(
  shelf: Pick<RecordingShelf, 'open'>,
  key: RecordingKey,
  name: string,
): Promise<Uint8Array> {
  const reader = await shelf.open(key, name)
  try {
    return await reader.read(0, reader.sizeBytes)
  } finally {
    await reader.close()
  }
}

const namePattern = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)*$/
const longestName = 80

export function isRecordingName(name: string): boolean {
  return name.length <= longestName && namePattern.test(name)
}
