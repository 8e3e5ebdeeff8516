import type { ProsodyMeter } from '@parley/transports'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds; a frame costs tens of microseconds, and a message of 10 s of sound a hundred times that. */
const ANSWER_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25]

/** What the prosody sockets count. The first two names are an interface that dashboards rely on. */
export function createProsodyMetrics(registry: Registry): ProsodyMeter {
  const registers = [registry]
  const connections = new Gauge({
    name: 'prosody_websocket_connections',
    help: 'Number of active prosody WebSocket connections',
    registers,
  })
  const frames = new Counter({
    name: 'prosody_frames_processed_total',
    help: 'Prosody frames sent to clients',
    registers,
  })
  const dropped = new Counter({
    name: 'parley_prosody_frames_dropped_total',
    help: 'Prosody frames not sent: slow_reader (the client does not read), closed (its socket ended before)',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of ['slow_reader', 'closed']) dropped.inc({ reason }, 0)
  const answers = new Histogram({
    name: 'parley_prosody_answer_seconds',
    help: 'From the arrival of sound to its prosody frames being handed to the socket',
    buckets: ANSWER_BUCKETS,
    registers,
  })
  return {
    opened: () => connections.inc(),
    closed: () => connections.dec(),
    framesSent: count => frames.inc(count),
    framesDropped: (count, reason) => dropped.inc({ reason }, count),
    answered: ms => answers.observe(ms / 1000),
  }
}
