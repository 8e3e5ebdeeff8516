/** The one reading of int8 for both databases: `pg` would give strings, PGlite numbers or bigints. */

/** OID of int8 in every PostgreSQL. */
export const int8Oid = 20

/** A number where that is exact, else the digits as they came. */
export function parseInt8(digits: string): number | string {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : digits
}
