/** Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once. */
export type Floor = 'open' | 'user' | 'pause' | 'thinking' | 'agent' | 'overlap'
