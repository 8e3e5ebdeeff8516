import type { CallEvent, CallEventQuery, CallId, CallStatus } from '@parley/calls'

/** The events of a call store, in memory, with what its readers may rely on: one order, no gaps. */
export interface EventLog {
  readonly events: CallEvent[]
  /** Looks at the log so far. */
  reads: number
  /** Reads fail while it is set. */
  fault: Error | undefined
  status: CallStatus
  add(kind: string, data?: CallEvent['data'], about?: Partial<CallEvent>): number
  addEvent(event: Omit<CallEvent, 'seq'>): Promise<number>
  readEvents(query: CallEventQuery): Promise<readonly CallEvent[]>
  lastEvent(): Promise<number>
}

export const callId = 'call_1' as CallId

export function createEventLog(): EventLog {
  const log: EventLog = {
    events: [],
    reads: 0,
    fault: undefined,
    status: 'in-progress',
    add(kind, data = {}, about = {}) {
      const seq = log.events.length + 1
      log.events.push({ call: callId, tenant: 'acme', atMs: 0, kind, data, ...about, seq })
      return seq
    },
    addEvent: async ({ kind, data, ...about }) => log.add(kind, data, about),
    async readEvents({ tenant, call, afterSeq, kinds, limit = 500 }) {
      log.reads += 1
      if (log.fault !== undefined) throw log.fault
      return log.events
        .filter(event => event.seq > afterSeq)
        .filter(event => tenant === undefined || event.tenant === tenant)
        .filter(event => call === undefined || event.call === call)
        .filter(event => kinds === undefined || kinds.includes(event.kind))
        .slice(0, limit)
    },
    lastEvent: async () => log.events.length,
  }
  return log
}
