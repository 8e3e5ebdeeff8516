/**
 * The way between a page and its gateway, as a phone in a tunnel has it: what the page says is swallowed while it still
 * believes to be heard, and only then the line is cut.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingDoor {
  readonly url: string
  /** Nothing the pages say arrives any more, on the lines that stand. Resolves once so many bytes are lost. */
  swallow(bytes: number): Promise<void>
  /** Ends all lines; the next ones are good. */
  cut(): void
  close(): Promise<void>
}

export async function openCuttingDoor(gateway: string): Promise<CuttingDoor> {
  const port = Number(new URL(gateway).port)
  const lines = new Set<Socket>()
  const swallowed = new WeakSet<Socket>()
  let lost = 0
  let told = () => {}

  const server = createServer(page => {
    const node = connect(port, '127.0.0.1')
    lines.add(page)
    page.on('data', bytes => {
      if (!swallowed.has(page)) return void node.write(bytes)
      lost += bytes.length
      told()
    })
    node.on('data', bytes => page.write(bytes))
    page.on('error', () => node.destroy())
    node.on('error', () => page.destroy())
    node.on('close', () => page.destroy())
    page.on('close', () => {
      lines.delete(page)
      node.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  function cut(): void {
    for (const line of lines) line.destroy()
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async swallow(bytes) {
      lost = 0
      for (const line of lines) swallowed.add(line)
      await new Promise<void>(resolve => {
        told = () => {
          if (lost >= bytes) resolve()
        }
      })
    },
    cut,
    close() {
      cut()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
