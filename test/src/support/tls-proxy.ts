import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { selfSigned } from './self-signed.js'

export interface TlsProxy {
  /** `https://localhost:port` */
  readonly url: string
  /** Of the authority that clients must trust. */
  readonly cert: string
  close(): Promise<void>
}

/** TLS in front of a plain server of this machine, as a proxy in production ends it. */
export async function openTlsProxy(target: string): Promise<TlsProxy> {
  const { key, cert } = selfSigned()
  const server = createServer({ key, cert }, socket => {
    const plain = connect(Number(new URL(target).port), '127.0.0.1')
    socket.pipe(plain).pipe(socket)
    for (const each of [socket, plain]) {
      each.on('error', () => {})
      each.on('close', () => {
        socket.destroy()
        plain.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    cert,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
