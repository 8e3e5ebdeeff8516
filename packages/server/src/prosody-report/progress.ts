/** One line that is written again and again on a terminal, never into a file. */

export interface ProgressLine {
  show(text: string): void
  /** Takes it away, so that something else can be printed. */
  clear(): void
}

interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Nothing is written twice, nor where nobody looks. */
export function createProgressLine(screen: Screen): ProgressLine {
  let shown = ''
  if (!screen.isTTY) return { show() {}, clear() {} }
  return {
    show(text) {
      if (text === shown) return
      shown = text
      screen.write(`\r\u001b[K${text}`)
    },
    clear() {
      if (shown !== '') screen.write('\r\u001b[K')
      shown = ''
    },
  }
}
