import { fromBase64url } from '@parley/protocol/sframe'
import { choice, duration, flag, list, oneNumberOf, text, url } from './kinds.js'
import { optional, setting } from './setting.js'

/** Recordings of conversations and phone calls: whether, where, under which keys, for how long. */
export const recordingsSettings = {
  recordMode: setting({
    env: 'PARLEY_RECORD',
    kind: choice(['never', 'announced', 'consent']),
    default: 'never',
    doc: 'Whether conversations are recorded where neither their agent nor their tenant says: never, once the agent has announced it, or with the caller’s consent. Phone calls have `PARLEY_RECORD_CALLS`.',
  }),
  recordingsDir: setting({
    env: 'PARLEY_RECORDINGS_DIR',
    kind: text({ must: 'the path of a folder' }),
    default: '.parley/recordings',
    doc: 'Folder of recordings; with `PARLEY_RECORDINGS_S3_BUCKET`, of those that are not finished or not yet there.',
  }),
  recordingsRate: setting({
    env: 'PARLEY_RECORDINGS_RATE',
    kind: oneNumberOf([8_000, 16_000]),
    default: 16_000,
    doc: 'Sample rate of recorded conversations, Hz. Phone calls have 8000.',
  }),
  recordingsFormats: setting({
    env: 'PARLEY_RECORDINGS_FORMATS',
    kind: list('wav, ogg or both', 'ogg', value => value === 'wav' || value === 'ogg'),
    default: ['wav', 'ogg'],
    doc: 'What is made of a recorded conversation: `wav` (230 MB an hour at 16 kHz), `ogg` (Opus).',
  }),
  recordingRetentionMs: optional({
    env: 'PARLEY_RECORDINGS_RETENTION',
    kind: duration({ minMs: 60_000, maxMs: 36_500 * 86_400_000 }),
    unset: 'recordings are kept',
    doc: 'How long recorded conversations are kept at most, from their beginning; agents and tenants may ask for less.',
  }),
  recordingsSealed: setting({
    env: 'PARLEY_RECORDINGS_ENCRYPT',
    kind: flag(),
    default: true,
    doc: 'Whether new recordings are encrypted, each under a key of its own (docs/recordings.md).',
  }),
  recordingsKeys: optional({
    env: 'PARLEY_RECORDINGS_KEY',
    kind: list(
      'one or several keys of 32 bytes as base64url, separated by commas, the newest first',
      'A'.repeat(43),
      value => fromBase64url(value, 32) !== undefined,
    ),
    unset: 'made at the first start, in `PARLEY_DATA_DIR`',
    secret: true,
    doc: 'Keys that wrap the keys of recordings: the first seals, all open. Nodes that share recordings need the same.',
  }),
  recordingsBucket: optional({
    env: 'PARLEY_RECORDINGS_S3_BUCKET',
    kind: text({ must: 'the name of a bucket' }),
    unset: 'recordings stay in `PARLEY_RECORDINGS_DIR`',
    doc: 'Bucket of S3 or of what speaks its protocol, to which finished recordings go.',
  }),
  recordingsEndpoint: optional({
    env: 'PARLEY_RECORDINGS_S3_ENDPOINT',
    aliases: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    kind: url(['https', 'http'], 'https://s3.eu-central-1.amazonaws.com'),
    unset: 'S3 of the region',
    doc: 'Where that storage is. Plain `http` only on this machine itself.',
  }),
  recordingsRegion: optional({
    env: 'PARLEY_RECORDINGS_S3_REGION',
    kind: text({ must: 'the name of a region' }),
    unset: '`AWS_REGION`, else us-east-1',
    doc: 'Region of the bucket.',
  }),
  recordingsAccessKey: optional({
    env: 'PARLEY_RECORDINGS_S3_ACCESS_KEY_ID',
    kind: text({ must: 'an access key’s id' }),
    unset: '`AWS_ACCESS_KEY_ID` and what belongs to it',
    secret: true,
    doc: 'Access key of the bucket.',
  }),
  recordingsSecretKey: optional({
    env: 'PARLEY_RECORDINGS_S3_SECRET_ACCESS_KEY',
    kind: text({ must: 'the secret of the access key' }),
    unset: '`AWS_SECRET_ACCESS_KEY`',
    secret: true,
    doc: 'Secret of the access key.',
  }),
  recordingsSessionToken: optional({
    env: 'PARLEY_RECORDINGS_S3_SESSION_TOKEN',
    kind: text({ must: 'the token of a temporary access key' }),
    unset: 'the access key is a lasting one',
    secret: true,
    doc: 'Token of a temporary access key.',
  }),
  recordingsPathStyle: setting({
    env: 'PARLEY_RECORDINGS_S3_PATH_STYLE',
    kind: flag(),
    default: false,
    doc: 'Whether the bucket stands in the path and not in the host name, as most servers but S3 want it.',
  }),
  recordingsPrefix: setting({
    env: 'PARLEY_RECORDINGS_S3_PREFIX',
    kind: text({ must: 'the beginning of names in the bucket' }),
    default: 'recordings/',
    doc: 'What names in the bucket begin with.',
  }),
}
