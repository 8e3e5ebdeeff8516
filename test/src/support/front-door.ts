/** One address before several nodes, as a balancer has it: connections go to the node that is there now. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface FrontDoor {
  readonly url: string
  /** From now on; connections that stand stay where they are. */
  leadTo(url: string): void
  close(): Promise<void>
}

export async function openFrontDoor(): Promise<FrontDoor> {
  const open = new Set<Socket>()
  let port: number | undefined
  const server = createServer(caller => {
    if (port === undefined) return void caller.destroy()
    const node = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [caller, node],
      [node, caller],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(url) {
      port = Number(new URL(url).port)
    },
    close() {
      for (const socket of open) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
