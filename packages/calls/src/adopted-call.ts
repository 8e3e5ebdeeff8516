/**
 * Calls that no carrier told of: their media stream came by itself, and what it named stands behind no REST. No carrier's id
 * has a slash, so theirs have.
 */
export function isAdoptedCall(carrierCall: string | undefined): boolean {
  return carrierCall?.includes('/') ?? false
}
