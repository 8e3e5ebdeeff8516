/** The error tracker that the settings name, if they name one. */

import { randomUUID } from 'node:crypto'
import { systemClock } from '@parley/core'
import type { Config } from '../config/settings.js'
import { createErrorTracking, type ErrorTracking } from './error-tracking.js'
import { readSentryDsn } from './sentry-dsn.js'

export function errorTrackingOf(
  { sentryDsn, sentryEnvironment }: Pick<Config, 'sentryDsn' | 'sentryEnvironment'>,
  version: string,
  warn: (sentence: string) => void,
): ErrorTracking | undefined {
  const dsn = sentryDsn === undefined ? undefined : readSentryDsn(sentryDsn)
  if (dsn === undefined) return undefined
  return createErrorTracking({
    ...{ dsn, version, environment: sentryEnvironment, clock: systemClock, warn },
    fetch: (...request) => fetch(...request),
    newId: () => randomUUID().replaceAll('-', ''),
  })
}
