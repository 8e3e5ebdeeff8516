/** Where recordings are kept, by the settings: a folder, a bucket behind it, a seal in front of both. */

import { join } from 'node:path'
import { type Clock, ParleyError } from '@parley/core'
import {
  createFolderShelf,
  createRecordingKeyring,
  createS3Client,
  createS3Shelf,
  createSqlKeyBook,
  type Database,
  type FarShelf,
  RECORDING_KEY_BYTES,
  type RecordingKey,
  type RecordingKeyring,
  type RecordingShelf,
  rewrapKeys,
  type SpooledShelf,
  sealedShelf,
  spooledShelf,
} from '@parley/platform'
import { fromBase64url } from '@parley/protocol'
import type { Config } from '../config/settings.js'
import { keptKey } from '../gateway/kept-key.js'

export interface RecordingPlaces {
  readonly shelf: RecordingShelf
  /** Takes finished files to the bucket; undefined where there is none. */
  readonly spool: SpooledShelf | undefined
  /** Wraps by the newest key what older ones had wrapped. Gives how many. */
  rewrap(): Promise<number>
  readonly notices: readonly string[]
}

export interface RecordingPlacesOptions {
  readonly config: Config
  readonly database: Database
  readonly clock: Clock
  readonly epochMs: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly fetch: typeof fetch
  /** Whether a conversation's recording was deleted, whoever did it. */
  isDeleted(key: RecordingKey): Promise<boolean>
}

const KEY_FILE = 'recordings.key'

/** @throws ParleyError `bad_config` where recordings are to be sealed and no key can be read or kept */
export async function openRecordingPlaces(options: RecordingPlacesOptions): Promise<RecordingPlaces> {
  const { config, database, randomBytes } = options
  const book = createSqlKeyBook(database)
  const far = bucketOf(options)
  const near = createFolderShelf(config.recordingsDir, { remembers: far !== undefined })
  // Without a seal there is no key that could be missing; of phone calls, no row either.
  const isGone = async (key: RecordingKey, isSealed: boolean) =>
    (await options.isDeleted(key)) || (isSealed && (await book.find(key)) === undefined)
  const spool = far && spooledShelf({ near, far, isGone })
  const ring = await keyring(options)
  const seals = config.recordingsSealed
  const shelf = sealedShelf({ inner: spool ?? near, book, ring, randomBytes, seals })
  return { shelf, spool, rewrap: () => rewrapKeys(book, ring), notices: noticesOf(config) }
}

async function keyring({ config, randomBytes }: RecordingPlacesOptions): Promise<RecordingKeyring> {
  const file = join(config.dataDir, KEY_FILE)
  try {
    const texts =
      config.recordingsKeys ??
      // One on each line, the newest first: whoever wants another puts it on top.
      (await keptKey({ file, bytes: RECORDING_KEY_BYTES, randomBytes }))
        .split(/\s+/)
        .filter(text => text !== '')
    const keys = texts.map(text => fromBase64url(text, RECORDING_KEY_BYTES))
    if (keys.some(key => key === undefined)) throw new Error(`${file} holds what is no key`)
    return createRecordingKeyring(
      keys.filter(key => key !== undefined),
      randomBytes,
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `Recordings have no key: ${reason}; set PARLEY_RECORDINGS_KEY or make PARLEY_DATA_DIR writable.`
    const error = new ParleyError('bad_config', message, { cause })
    if (config.recordMode !== 'never' || config.recordCalls) throw error
    return noKeyring(error)
  }
}

/** Of a gateway that was not told to record: whatever asks for a recording all the same is told why there is none. */
function noKeyring(error: ParleyError): RecordingKeyring {
  const refuse = () => {
    throw error
  }
  return { current: '', wrap: refuse, unwrap: refuse, knows: () => false }
}

function bucketOf({ config, fetch, clock, epochMs }: RecordingPlacesOptions): FarShelf | undefined {
  const { recordingsBucket: bucket, recordingsAccessKey } = config
  if (bucket === undefined) return undefined
  // An id, a secret and a token belong together: those of one account are never mixed with another's.
  const isOwn = recordingsAccessKey !== undefined
  const accessKeyId = isOwn ? recordingsAccessKey : config.awsAccessKeyId
  const secretAccessKey = isOwn ? config.recordingsSecretKey : config.awsSecretAccessKey
  const sessionToken = isOwn ? config.recordingsSessionToken : config.awsSessionToken
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const cure =
      'set PARLEY_RECORDINGS_S3_ACCESS_KEY_ID and PARLEY_RECORDINGS_S3_SECRET_ACCESS_KEY, or both of AWS'
    throw new ParleyError('bad_config', `PARLEY_RECORDINGS_S3_BUCKET is set, but no access key: ${cure}.`)
  }
  const region = config.recordingsRegion ?? config.awsRegion ?? 'us-east-1'
  const endpoint = config.recordingsEndpoint ?? `https://s3.${region}.amazonaws.com`
  const client = createS3Client({
    ...{ endpoint, bucket, region, accessKeyId, secretAccessKey, fetch, clock, epochMs },
    ...(sessionToken === undefined ? {} : { sessionToken }),
    pathStyle: config.recordingsPathStyle,
  })
  return createS3Shelf({ client, prefix: config.recordingsPrefix })
}

function noticesOf(config: Config): readonly string[] {
  const shared = config.databaseUrl !== undefined && config.recordingsKeys === undefined
  if (!shared || !config.recordingsSealed || config.recordMode === 'never') return []
  return ['recordings: each node has a key of its own; set PARLEY_RECORDINGS_KEY, the same for all of them']
}
