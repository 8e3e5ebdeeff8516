/** Recordings of conversations in numbers. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface RecordingMetrics {
  /** `seconds` that it took to make the files. */
  finished(status: 'ready' | 'failed', seconds: number): void
  deleted(): void
  /** Sound that found no place, seconds of both sides. */
  dropped(seconds: number): void
  /** A file was taken to the object store, or could not be. */
  uploaded(outcome: 'done' | 'failed'): void
}

const MAKING_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300]

export function createRecordingMetrics(registry: Registry, active: () => number): RecordingMetrics {
  const registers = [registry]
  new Gauge({
    name: 'parley_recordings_active',
    help: 'Conversations that are recorded now, on this node',
    registers,
    collect() {
      this.set(active())
    },
  })
  const total = new Counter({
    name: 'parley_recordings_total',
    help: 'Recordings that came to be ready, that failed, that were deleted',
    labelNames: ['status'],
    registers,
  })
  for (const status of ['ready', 'failed', 'deleted']) total.inc({ status }, 0)
  const making = new Histogram({
    name: 'parley_recording_making_seconds',
    help: 'Time to make the files of a recording once its conversation was over',
    buckets: MAKING_BUCKETS,
    registers,
  })
  const dropped = new Counter({
    name: 'parley_recording_dropped_seconds_total',
    help: 'Sound that found no place in a recording: the disk was behind, or it came too late',
    registers,
  })
  const uploads = new Counter({
    name: 'parley_recording_uploads_total',
    help: 'Files that were taken to the object store, or could not be for now',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of ['done', 'failed']) uploads.inc({ outcome }, 0)
  return {
    finished(status, seconds) {
      total.inc({ status })
      if (status === 'ready') making.observe(seconds)
    },
    deleted: () => total.inc({ status: 'deleted' }),
    dropped: seconds => dropped.inc(seconds),
    uploaded: outcome => uploads.inc({ outcome }),
  }
}
