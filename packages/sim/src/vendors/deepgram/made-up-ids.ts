/** Names as Deepgram makes them, of random digits. */

export interface MadeUpIds {
  uuid(): string
  /** `dg_sp_` and twelve hexadecimal digits. */
  speech(): string
}

export function madeUpIds(random: () => number): MadeUpIds {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  return {
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    speech: () => `dg_sp_${hex(12)}`,
  }
}
