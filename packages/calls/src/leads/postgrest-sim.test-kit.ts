import { systemClock } from '@parley/core'
import { openPostgrestSim, type PostgrestSim, type SimTable } from '@parley/sim'

/** A simulated Supabase with a table of leads as people have them. */

export const SERVICE_KEY = 'service.key.secret'
export const ANON_KEY = 'anon.key.public'

export const ANA = '3f0c9b1e-0000-4000-8000-000000000001'
export const LUIS = '3f0c9b1e-0000-4000-8000-000000000002'

export const leadsTable: SimTable = {
  columns: {
    id: 'uuid',
    phone: 'text',
    name: 'text',
    status: 'text',
    notes: 'text',
    score: 'integer',
    last_call_id: 'text',
    last_call_at: 'timestamptz',
  },
  rows: [
    { id: ANA, phone: '+34911222333', name: 'Ana "la jefa", S.A.', status: 'new', score: 5 },
    { id: LUIS, phone: '15551234567', name: null, status: 'new', score: null },
  ],
}

export function openLeadsSim(
  tables: Readonly<Record<string, SimTable>> = { leads: leadsTable },
): Promise<PostgrestSim> {
  return openPostgrestSim({
    clock: systemClock,
    random: () => 0.5,
    serviceKey: SERVICE_KEY,
    anonKey: ANON_KEY,
    tables,
  })
}
