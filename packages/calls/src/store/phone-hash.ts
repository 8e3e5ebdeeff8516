import { createHash } from 'node:crypto'

/**
 * What stands on the list of those not to be called. It keeps a number out of sight, no more: there are few enough numbers
 * that whoever holds the database can try them all.
 */
export function phoneHash(tenant: string, phone: string): string {
  return createHash('sha256').update(`${tenant}\n${phone}`).digest('hex')
}
