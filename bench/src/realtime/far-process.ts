import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface FarProcess {
  /** `ws://127.0.0.1:port/v1` */
  readonly url: string
  /** From now on the age of what comes in is noted. */
  count(): void
  /** Ages since `count`, ms. */
  report(): Promise<readonly number[]>
  stop(): Promise<void>
}

export async function startFarProcess(): Promise<FarProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./far-end.js', import.meta.url)))
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }]
  return {
    url: `ws://127.0.0.1:${port}/v1`,
    count: () => void child.send('count'),
    async report() {
      child.send('report')
      const [{ ages }] = (await once(child, 'message')) as [{ readonly ages: readonly number[] }]
      return ages
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
