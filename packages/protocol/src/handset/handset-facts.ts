/** What both ends of a handset agree on before a message is sent. */

export const HANDSET_PATH = '/v1/handset'
export const HANDSET_VERSION = 1
export const HANDSET_RATE = 8_000
/** Longest message either way, bytes. */
export const HANDSET_MAX_MESSAGE_BYTES = 65_536
/** The number a handset has that asks for none. */
export const HANDSET_NUMBER = '+12025550199'
