/** JSON whose shape is not known yet. */
export type RealtimeFields = Readonly<Record<string, unknown>>

export function isRealtimeFields(value: unknown): value is RealtimeFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
