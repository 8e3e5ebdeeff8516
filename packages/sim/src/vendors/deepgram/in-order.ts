/** Runs jobs of one socket one after another, so that what is said keeps the order of what was heard. */
export function inOrder(signal: AbortSignal): (job: () => Promise<void>) => void {
  let last: Promise<void> = Promise.resolve()
  return job => {
    last = last.then(async () => {
      if (!signal.aborted) await job()
    })
  }
}
